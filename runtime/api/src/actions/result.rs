//! `GET /action/:id`

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use syncline_domain::{AsyncActionId, AsyncActionState, RunError};
use syncline_store::RunRow;

use crate::actions::failure;
use crate::actions::trigger::NoParams;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::issue::Issue;
use crate::query::Query;
use crate::state::App;

/// How soon to ask again while the action has not ended.
const PENDING_RETRY_SECONDS: u32 = 1;

/// Get the result of an asynchronous action
///
/// The output, as the action wrote it. An action that failed answers as it would have answered a caller who waited. While it has not ended
/// this is 404, as for an id that is unknown; with `Retry-After`, because asking again helps. Results are kept for five days.
#[utoipa::path(
    get,
    path = "/action/{id}",
    operation_id = "getAsyncActionResult",
    tag = "actions",
    params(("id" = String, Path, format = "uuid", description = "The action's id, as `POST /action/trigger` gave it")),
    responses(
        (status = 200, description = "The action's output: any JSON", body = serde_json::Value),
        (status = 410, description = "It was cancelled: its connection or the action itself was removed first", body = crate::openapi::Error),
        (status = 424, description = "The provider answered with an error", body = crate::openapi::Error),
    )
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    Query(NoParams {}): Query<NoParams>,
) -> Result<Response, ApiError> {
    caller.require("environment:actions:execute")?;
    let parsed: AsyncActionId = id.parse().map_err(|_| {
        let issue = Issue::new("invalid_format", &["id"], "expected a UUID: the `id` that `POST /action/trigger` answered with");
        ApiError::invalid("invalid_uri_params", issue)
    })?;
    let unknown = || ApiError::not_found(format!("No action '{id}' found"));
    let found = app.store.async_actions().lookup(parsed).await?.filter(|action| action.environment == caller.environment());
    let action = found.ok_or_else(unknown)?;
    let ended = |code: &str, message: &str| {
        let error = RunError { code: code.to_owned(), message: message.to_owned(), status: None, details: None, frames: Vec::new() };
        Err(failure::to_api(action.run, error))
    };
    match action.state {
        // The wire's answer; clients that know no better poll on it.
        AsyncActionState::Waiting => Err(unknown().retry_after(PENDING_RETRY_SECONDS)),
        AsyncActionState::Cancelled => ended("function_cancelled", "the connection or the action was removed before the action had ended"),
        AsyncActionState::Expired => ended("action_expired", "the action's turn did not come within 24 hours"),
        AsyncActionState::Lost => ended("function_internal_error", "the workers that ran the action disappeared again and again"),
        AsyncActionState::Succeeded | AsyncActionState::Failed => {
            let Some(run) = action.run else { return Err(unknown()) };
            // Runs may be kept for a shorter time than results.
            match app.store.runs().lookup(run).await? {
                Some(RunRow { output: Some(output), .. }) => Ok(([(CONTENT_TYPE, "application/json")], output).into_response()),
                Some(RunRow { error: Some(error), .. }) => Err(failure::to_api(action.run, error)),
                _ => Err(unknown()),
            }
        }
    }
}
