//! `GET /dead-letters/:id`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::dead_letters::find;
use crate::dead_letters::wire::{self, DeadLetter};
use crate::error::ApiError;
use crate::state::App;

/// One dead letter.
#[derive(Serialize, ToSchema)]
#[schema(as = OneDeadLetter)]
pub(crate) struct Answer<'a> {
    data: DeadLetter<'a>,
}

/// Show a dead letter
///
/// What was given up, and why.
#[utoipa::path(
    get,
    path = "/dead-letters/{id}",
    operation_id = "getDeadLetter",
    tag = "dead letters",
    params(("id" = String, Path, description = "Id of the dead letter")),
    responses((status = 200, description = "The dead letter", body = Answer<'static>))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, Path(id): Path<String>) -> Result<Response, ApiError> {
    caller.require("environment:logs:read")?;
    let row = app.store.jobs().dead_letter(caller.environment(), find::number(&id)?).await?.ok_or_else(|| find::unknown(&id))?;
    Ok(Json(Answer { data: wire::dead_letter(&row) }).into_response())
}
