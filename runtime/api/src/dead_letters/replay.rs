//! `POST /dead-letters/:id/replay`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;
use syncline_store::Replayed;

use crate::auth::Caller;
use crate::dead_letters::find;
use crate::error::ApiError;
use crate::openapi::Success;
use crate::state::App;

/// Replay a dead letter
///
/// Puts the job back into the queue, with all its attempts before it.
#[utoipa::path(
    post,
    path = "/dead-letters/{id}/replay",
    operation_id = "replayDeadLetter",
    tag = "dead letters",
    params(("id" = String, Path, description = "Id of the dead letter")),
    responses((status = 202, description = "It is in the queue", body = Success))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, Path(id): Path<String>) -> Result<Response, ApiError> {
    caller.require("environment:syncs:execute")?;
    match app.store.jobs().replay(caller.environment(), find::number(&id)?, app.clock.now()).await? {
        Replayed::Enqueued => Ok((StatusCode::ACCEPTED, Json(json!({ "success": true }))).into_response()),
        Replayed::Missing => Err(find::unknown(&id)),
        Replayed::Active => Err(ApiError::new(
            StatusCode::CONFLICT,
            "job_already_active",
            "the same is in the queue or under way already; nothing is left to replay, and the dead letter can be discarded",
        )),
        Replayed::Told => Err(ApiError::new(
            StatusCode::CONFLICT,
            "action_already_lost",
            "whoever waited for this action was told that it is lost; trigger it again instead",
        )),
    }
}
