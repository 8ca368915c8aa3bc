//! `GET /operations/:operation`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::find;
use super::wire::{self, Operation};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::state::App;

/// One operation.
#[derive(Serialize, ToSchema)]
#[schema(as = OneOperation)]
pub(crate) struct Answer<'a> {
    data: Operation<'a>,
}

/// Show an operation
///
/// A run is shown with its input and output by `GET /runs/{run}`, under the same id.
#[utoipa::path(
    get,
    path = "/operations/{operation}",
    operation_id = "getOperation",
    tag = "operations",
    params(("operation" = String, Path, description = "Id of the operation")),
    responses((status = 200, description = "The operation", body = Answer<'static>))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, Path(operation): Path<String>) -> Result<Response, ApiError> {
    caller.require("environment:logs:read")?;
    let row = find::operation(&app, caller.environment(), &operation).await?;
    Ok(Json(Answer { data: wire::operation(&row) }).into_response())
}
