//! `GET /environments`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::auth::AccountCaller;
use crate::error::ApiError;
use crate::openapi::Envelope;
use crate::state::App;

/// An environment.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes JSON that is written by hand")]
pub(crate) struct Environment {
    #[schema(format = "uuid")]
    id: String,
    name: String,
    /// Whether it cannot be deleted
    is_production: bool,
    #[schema(format = DateTime)]
    created_at: String,
}

/// List environments
///
/// Oldest first. There are few enough for one answer.
#[utoipa::path(
    get,
    path = "/environments",
    operation_id = "listEnvironments",
    tag = "environments",
    security(("account_key" = [])),
    responses((status = 200, description = "All environments", body = Envelope<Vec<Environment>>))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: AccountCaller) -> Result<Json<Value>, ApiError> {
    caller.require("account:environments:list")?;
    let rows = app.store.environments().list().await?;
    let shown: Vec<Value> = rows
        .into_iter()
        .map(|row| json!({ "id": row.uuid, "name": row.name, "is_production": row.is_production, "created_at": row.created_at }))
        .collect();
    Ok(Json(json!({ "data": shown })))
}
