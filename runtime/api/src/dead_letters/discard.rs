//! `DELETE /dead-letters/:id`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use crate::auth::Caller;
use crate::dead_letters::find;
use crate::error::ApiError;
use crate::openapi::Success;
use crate::state::App;

/// Discard a dead letter
///
/// It is gone, and cannot be replayed.
#[utoipa::path(
    delete,
    path = "/dead-letters/{id}",
    operation_id = "discardDeadLetter",
    tag = "dead letters",
    params(("id" = String, Path, description = "Id of the dead letter")),
    responses((status = 200, description = "It is gone", body = Success))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    caller.require("environment:syncs:execute")?;
    if app.store.jobs().forget(caller.environment(), find::number(&id)?).await? {
        Ok(Json(json!({ "success": true })))
    } else {
        Err(find::unknown(&id))
    }
}
