//! `DELETE /integrations/:key`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use crate::auth::Caller;
use crate::error::ApiError;
use crate::integrations::find;
use crate::openapi::Success;
use crate::state::App;

/// Delete an integration
///
/// Its connections, syncs and functions go with it.
#[utoipa::path(
    delete,
    path = "/integrations/{key}",
    operation_id = "deleteIntegration",
    tag = "integrations",
    params(("key" = String, Path, description = "Key of the integration", example = "github")),
    responses((status = 200, description = "It is gone", body = Success))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, Path(key): Path<String>) -> Result<Json<Value>, ApiError> {
    caller.require("environment:integrations:delete")?;
    let row = find::integration(&app, caller.environment(), &key).await?;
    app.store.integrations().delete(row.id, app.clock.now()).await?;
    Ok(Json(json!({ "success": true })))
}
