//! `GET /environment-variables`. Wire contract 1.20.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::error::ApiError;
use crate::state::App;

/// A variable of the environment, in clear.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes JSON that is written by hand")]
pub(crate) struct EnvironmentVariable {
    name: String,
    value: String,
}

/// List the environment's variables
///
/// In clear.
#[utoipa::path(
    get,
    path = "/environment-variables",
    operation_id = "getEnvironmentVariables",
    tag = "environments",
    responses((status = 200, description = "The variables", body = Vec<EnvironmentVariable>))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Vec<Value>>, ApiError> {
    caller.require("environment:variables:read")?;
    let variables = app.store.variables().list(caller.environment()).await?;
    Ok(Json(variables.into_iter().map(|(name, value)| json!({ "name": name, "value": value.expose() })).collect()))
}
