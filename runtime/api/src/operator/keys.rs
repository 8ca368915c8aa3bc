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
use zeroize::Zeroizing;

use crate::body::JsonBody;
use crate::error::ApiError;
use crate::state::App;

#[derive(Serialize)]
struct Shown {
    id: i64,
    created_at: String,
    active_at: String,
    reencrypted_at: Option<String>,
    has_next_master: bool,
}

/// `GET`: every data key, oldest first.
pub(crate) async fn list(State(app): State<Arc<App>>) -> Result<Json<Value>, ApiError> {
    let keys: Vec<Shown> = app.store.keys().list().await?.into_iter().map(shown).collect();
    Ok(Json(json!({ "data": keys, "current": app.store.keys().current() })))
}

/// `POST /rotate`: a new data key; everything is moved over to it in the background.
pub(crate) async fn rotate(State(app): State<Arc<App>>) -> Result<Json<Value>, ApiError> {
    let key = app.store.keys().rotate(app.clock.now()).await.map_err(|error| match error {
        StoreError::MasterKeyChanging => ApiError::new(StatusCode::CONFLICT, "master_key_changing", error.to_string()),
        other => other.into(),
    })?;
    Ok(Json(json!({ "data": shown(key) })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Next {
    encryption_key: String,
}

/// `POST /change`: servers may start with this encryption key too from now on.
pub(crate) async fn change(State(app): State<Arc<App>>, JsonBody(body): JsonBody<Next>) -> Result<Json<Value>, ApiError> {
    let text = Secret::new(body.encryption_key);
    let wrong = || ApiError::invalid_body(&["encryption_key"], "must be 32 bytes in base64: `openssl rand -base64 32`");
    let bytes = Zeroizing::new(STANDARD.decode(text.expose().trim()).map_err(|_| wrong())?);
    let key: [u8; 32] = bytes.as_slice().try_into().map_err(|_| wrong())?;
    app.store.keys().begin_master_change(&MasterKey::new(key), app.clock.now()).await?;
    Ok(Json(json!({ "success": true })))
}

/// `POST /retire`: the old encryption key opens nothing any more.
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
