//! `DELETE /connections/:connection`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};
use syncline_domain::{ConnectionName, ConnectionRef};

use crate::auth::Caller;
use crate::connections::find::{self, InIntegration};
use crate::error::ApiError;
use crate::openapi::Success;
use crate::query::Query;
use crate::state::App;

/// Delete a connection
///
/// Runs the functions that want to hear of it first. Its syncs stop at once; its records are removed in the background.
#[utoipa::path(
    delete,
    path = "/connections/{connection}",
    operation_id = "deleteConnection",
    tag = "connections",
    params(
        ("connection" = String, Path, description = "Id of the connection", example = "f3f62f2e-6c3f-4bd3-9d5c-1a8d8a4c3b52"),
        InIntegration
    ),
    responses((status = 200, description = "It is gone", body = Success))
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(connection): Path<String>,
    Query(of): Query<InIntegration>,
) -> Result<Json<Value>, ApiError> {
    caller.require("environment:connections:delete")?;
    let connection = ConnectionName::new(connection).map_err(|_| ApiError::unknown_connection())?;
    let of = ConnectionRef { integration: of.provider_config_key, connection };
    let row = find::addressed(&app, caller.environment(), &of).await?;
    // The functions before it and the deletion belong together: a caller that hangs up must not come between them.
    let connect = app.connect.clone();
    let was_there = app.tasks.spawn(async move { connect.disconnect(&row).await }).await.map_err(ApiError::internal)??;
    if was_there { Ok(Json(json!({ "success": true }))) } else { Err(ApiError::unknown_connection()) }
}
