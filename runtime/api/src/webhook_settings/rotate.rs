//! `POST /environment/webhook-signing-key/rotate`. Wire contract 1.20.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::error::ApiError;
use crate::openapi::Envelope;
use crate::state::App;

/// The new key.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes JSON that is written by hand")]
pub(crate) struct WebhookSigningKey {
    webhook_signing_key: String,
}

/// Rotate the webhook signing key
///
/// The new key, in the one answer that shows it. Everything is signed with it from now on.
#[utoipa::path(
    post,
    path = "/environment/webhook-signing-key/rotate",
    operation_id = "rotateWebhookSigningKey",
    tag = "environments",
    responses((status = 200, description = "The new key", body = Envelope<WebhookSigningKey>))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Value>, ApiError> {
    caller.require("environment:webhook_signing_key:rotate")?;
    let key = app.store.webhook_settings().rotate_signing_key(caller.environment()).await?;
    Ok(Json(json!({ "data": { "webhook_signing_key": key.expose() } })))
}
