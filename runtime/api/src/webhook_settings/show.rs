//! `GET /environment/webhooks`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::auth::Caller;
use crate::error::ApiError;
use crate::openapi::Envelope;
use crate::state::App;
use crate::webhook_settings::wire;

/// Show the webhook settings
///
/// The signing key is shown once, when it is made.
#[utoipa::path(
    get,
    path = "/environment/webhooks",
    operation_id = "getWebhookSettings",
    tag = "environments",
    responses((status = 200, description = "The settings", body = Envelope<wire::Settings>))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Value>, ApiError> {
    caller.require("environment:webhooks:read")?;
    let settings = app.store.webhook_settings().lookup(caller.environment()).await?;
    Ok(Json(json!({ "data": wire::settings(&settings, app.clock.now()) })))
}
