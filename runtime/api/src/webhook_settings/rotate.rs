//! `POST /environment/webhook-signing-key/rotate`. Wire contract 1.20.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::auth::Caller;
use crate::error::ApiError;
use crate::state::App;

/// The new key, in the one answer that shows it. Everything is signed with it from now on.
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Value>, ApiError> {
    caller.require("environment:webhook_signing_key:rotate")?;
    let key = app.store.webhook_settings().rotate_signing_key(caller.environment()).await?;
    Ok(Json(json!({ "data": { "webhook_signing_key": key.expose() } })))
}
