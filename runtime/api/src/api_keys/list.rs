//! `GET /environment/api-keys`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;
use uuid::Uuid;

use super::wire::{self, ApiKey};
use crate::auth::AccountCaller;
use crate::environments::environment;
use crate::error::ApiError;
use crate::openapi::Envelope;
use crate::query::Query;
use crate::state::App;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    /// The environment
    #[param(value_type = String, format = "uuid")]
    environment_id: Uuid,
}

/// List an environment's API keys
///
/// Oldest first, never with the key itself.
#[utoipa::path(
    get,
    path = "/environment/api-keys",
    operation_id = "listApiKeys",
    tag = "environments",
    params(Asked),
    security(("account_key" = [])),
    responses((status = 200, description = "The environment's keys", body = Envelope<Vec<ApiKey>>))
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    caller: AccountCaller,
    Query(asked): Query<Asked>,
) -> Result<Json<Value>, ApiError> {
    caller.require("account:environments:api_keys:list")?;
    let environment = environment(&app, asked.environment_id).await?;
    let rows = app.store.api_keys().list(environment.id).await?;
    let shown: Vec<Value> = rows.iter().map(wire::api_key).collect();
    Ok(Json(json!({ "data": shown })))
}
