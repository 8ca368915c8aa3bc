//! `GET /dead-letters`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use syncline_domain::JobId;
use utoipa::{IntoParams, ToSchema};

use crate::auth::Caller;
use crate::dead_letters::wire::{self, DeadLetter};
use crate::error::ApiError;
use crate::query::{Bounded, Query};
use crate::state::App;

const DEFAULT_LIMIT: u32 = 20;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    #[serde(default)]
    /// At most so many; 20 where it is left out
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1_000)]
    limit: Option<Bounded<1, 1_000>>,
    #[serde(default)]
    /// Only those before this one: a page's `next`
    before: Option<String>,
}

/// A page of dead letters.
#[derive(Serialize, ToSchema)]
#[schema(as = DeadLetterPage)]
pub(crate) struct Answer<'a> {
    data: Vec<DeadLetter<'a>>,
    /// The `before` of the page that follows
    #[schema(required = true)]
    next: Option<String>,
}

/// List dead letters
///
/// Newest first: jobs that were given up in the last 30 days.
#[utoipa::path(
    get,
    path = "/dead-letters",
    operation_id = "listDeadLetters",
    tag = "dead letters",
    params(Params),
    responses((status = 200, description = "A page of dead letters", body = Answer<'static>))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, Query(params): Query<Params>) -> Result<Response, ApiError> {
    caller.require("environment:logs:read")?;
    let limit = params.limit.map_or(DEFAULT_LIMIT, |Bounded(limit)| limit);
    let page = |id: String| id.parse().map(JobId).map_err(|_| ApiError::invalid_query(&["before"], "must be the `next` of a page"));
    let before = params.before.map(page).transpose()?;
    // One more tells whether a page follows.
    let mut rows = app.store.jobs().dead_letters(caller.environment(), before, limit + 1).await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(|row| row.job.id.to_string());
    Ok(Json(Answer { data: rows.iter().map(wire::dead_letter).collect(), next }).into_response())
}
