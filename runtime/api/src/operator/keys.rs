//! `/operator/keys`: the keys of encryption at rest.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use syncline_domain::{Secret, Timestamp};
use syncline_store::{DataKeyRow, Error as StoreError, MasterKey};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::body::JsonBody;
use crate::error::ApiError;
use crate::openapi::{Envelope, Success};
use crate::state::App;

/// A data key, without the key.
#[derive(Serialize, ToSchema)]
#[schema(as = DataKey)]
pub(crate) struct Shown {
    id: i64,
    #[schema(format = DateTime)]
    created_at: String,
    /// When it is used first
    #[schema(format = DateTime)]
    active_at: String,
    /// When everything was encrypted with it
    #[schema(required = true, format = DateTime)]
    reencrypted_at: Option<String>,
    /// Whether the next encryption key opens it too
    has_next_master: bool,
}

/// The data keys.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes JSON that is written by hand")]
pub(crate) struct DataKeys {
    data: Vec<Shown>,
    /// Id of the key that this server encrypts with
    current: i64,
}

/// List the data keys
///
/// Oldest first.
#[utoipa::path(
    get,
    path = "/operator/keys",
    operation_id = "listDataKeys",
    tag = "operator",
    security(("operator" = [])),
    responses((status = 200, description = "The keys", body = DataKeys))
)]
pub(crate) async fn list(State(app): State<Arc<App>>) -> Result<Json<Value>, ApiError> {
    let keys: Vec<Shown> = app.store.keys().list().await?.into_iter().map(shown).collect();
    Ok(Json(json!({ "data": keys, "current": app.store.keys().current() })))
}

/// Make a new data key
///
/// Everything is moved over to it in the background.
#[utoipa::path(
    post,
    path = "/operator/keys/rotate",
    operation_id = "rotateDataKey",
    tag = "operator",
    security(("operator" = [])),
    responses((status = 200, description = "The new key", body = Envelope<Shown>))
)]
pub(crate) async fn rotate(State(app): State<Arc<App>>) -> Result<Json<Value>, ApiError> {
    let key = app.store.keys().rotate(app.clock.now()).await.map_err(|error| match error {
        StoreError::MasterKeyChanging => ApiError::new(StatusCode::CONFLICT, "master_key_changing", error.to_string()),
        other => other.into(),
    })?;
    Ok(Json(json!({ "data": shown(key) })))
}

/// The next encryption key.
#[derive(Deserialize, ToSchema)]
#[schema(as = NextEncryptionKey)]
#[serde(deny_unknown_fields)]
pub(crate) struct Next {
    /// 32 bytes in base64
    encryption_key: String,
}

/// Begin a change of the encryption key
///
/// Servers may start with this encryption key too from now on.
#[utoipa::path(
    post,
    path = "/operator/keys/change",
    operation_id = "changeEncryptionKey",
    tag = "operator",
    security(("operator" = [])),
    request_body = Next,
    responses((status = 200, description = "It is done", body = Success))
)]
pub(crate) async fn change(State(app): State<Arc<App>>, JsonBody(body): JsonBody<Next>) -> Result<Json<Value>, ApiError> {
    let text = Secret::new(body.encryption_key);
    let wrong = || ApiError::invalid_body(&["encryption_key"], "must be 32 bytes in base64: `openssl rand -base64 32`");
    let bytes = Zeroizing::new(STANDARD.decode(text.expose().trim()).map_err(|_| wrong())?);
    let key: [u8; 32] = bytes.as_slice().try_into().map_err(|_| wrong())?;
    app.store.keys().begin_master_change(&MasterKey::new(key), app.clock.now()).await?;
    Ok(Json(json!({ "success": true })))
}

/// End a change of the encryption key
///
/// The old encryption key opens nothing any more.
#[utoipa::path(
    post,
    path = "/operator/keys/retire",
    operation_id = "retireEncryptionKey",
    tag = "operator",
    security(("operator" = [])),
    responses((status = 200, description = "It is done", body = Success))
)]
pub(crate) async fn retire(State(app): State<Arc<App>>) -> Result<Json<Value>, ApiError> {
    if app.store.keys().end_master_change().await? {
        return Ok(Json(json!({ "success": true })));
    }
    let message = "no change of the encryption key is under way; begin one with `syncline keys change`";
    Err(ApiError::new(StatusCode::CONFLICT, "no_master_key_change", message))
}

fn shown(key: DataKeyRow) -> Shown {
    Shown {
        id: key.id,
        created_at: key.created_at.to_millis_z(),
        active_at: key.active_at.to_millis_z(),
        reencrypted_at: key.reencrypted_at.map(Timestamp::to_millis_z),
        has_next_master: key.has_next_master,
    }
}
