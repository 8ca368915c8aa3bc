//! `GET /environment-variables`. Wire contract 1.20.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::auth::Caller;
use crate::error::ApiError;
use crate::state::App;

/// The environment's variables, in clear.
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Vec<Value>>, ApiError> {
    caller.require("environment:variables:read")?;
    let variables = app.store.variables().list(caller.environment()).await?;
    Ok(Json(variables.into_iter().map(|(name, value)| json!({ "name": name, "value": value.expose() })).collect()))
}
