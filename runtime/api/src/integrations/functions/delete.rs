//! `DELETE /integrations/:key/functions/:name`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::find::{self, OfKind};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::issue::Issue;
use crate::openapi::{Envelope, Success};
use crate::query::Query;
use crate::state::App;

/// Delete a function
///
/// With a sync go its schedules, checkpoints and records, and what runs for it is cancelled. Records of a model that another sync of the
/// integration saves too stay. `type` is required, so that nothing else of that name is meant.
#[utoipa::path(
    delete,
    path = "/integrations/{key}/functions/{name}",
    operation_id = "deleteFunction",
    tag = "functions",
    params(
        ("key" = String, Path, description = "Key of the integration"),
        ("name" = String, Path, description = "Name of the function"),
        OfKind
    ),
    responses((status = 200, description = "The function is gone", body = Envelope<Success>))
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((key, name)): Path<(String, String)>,
    Query(of): Query<OfKind>,
) -> Result<Json<Value>, ApiError> {
    caller.require("environment:functions:delete")?;
    if of.kind.is_none() {
        let issue = Issue::new("invalid_type", &["type"], "is missing: `sync`, `action` or `on-event`");
        return Err(ApiError::invalid("invalid_query_params", issue));
    }
    let row = find::function(&app, &caller, &key, &name, of).await?;
    if !app.store.functions().delete(row.id, app.clock.now()).await? {
        return Err(ApiError::not_found(format!("function `{name}` was deleted a moment ago")));
    }
    Ok(Json(json!({ "data": { "success": true } })))
}
