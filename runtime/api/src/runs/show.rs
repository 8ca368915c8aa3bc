//! `GET /runs/:run`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::error::ApiError;
use crate::runs::find;
use crate::runs::wire::{self, Whole};
use crate::state::App;

/// One run.
#[derive(Serialize, ToSchema)]
#[schema(as = OneRun)]
pub(crate) struct Answer<'a> {
    data: Whole<'a>,
}

/// Show a run
///
/// With its input and output.
#[utoipa::path(
    get,
    path = "/runs/{run}",
    operation_id = "getRun",
    tag = "runs",
    params(("run" = String, Path, description = "Id of the run")),
    responses((status = 200, description = "The run", body = Answer<'static>))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, Path(run): Path<String>) -> Result<Response, ApiError> {
    caller.require("environment:logs:read")?;
    let row = find::run(&app, caller.environment(), &run).await?;
    Ok(Json(Answer { data: wire::whole(&row) }).into_response())
}
