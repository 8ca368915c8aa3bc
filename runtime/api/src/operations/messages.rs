//! `GET /operations/:operation/messages`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use syncline_domain::RunId;
use utoipa::{IntoParams, ToSchema};

use super::find;
use super::wire::{self, Message};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::query::Query;
use crate::state::App;

const DEFAULT_LIMIT: u32 = 1_000;
const MAX_LIMIT: u32 = 10_000;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// The last `seq` that was read
    #[serde(default)]
    #[param(value_type = Option<u64>, minimum = 0)]
    after: Option<String>,
    /// At most so many; 1,000 where it is left out
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 10_000)]
    limit: Option<crate::query::Bounded<1, MAX_LIMIT>>,
}

/// A page of messages.
#[derive(Serialize, ToSchema)]
#[schema(as = MessagePage)]
pub(crate) struct Answer {
    data: Vec<Message>,
    /// The `after` of the page that follows, as far as there is one by now
    #[schema(required = true)]
    next: Option<i64>,
}

/// Read an operation's messages
///
/// In order. The first one says what the operation's summary says, with the request and the answer where there were any; those of a run are its
/// log.
#[utoipa::path(
    get,
    path = "/operations/{operation}/messages",
    operation_id = "listOperationMessages",
    tag = "operations",
    params(("operation" = String, Path, description = "Id of the operation"), Params),
    responses((status = 200, description = "A page of messages", body = Answer))
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(operation): Path<String>,
    Query(params): Query<Params>,
) -> Result<Response, ApiError> {
    caller.require("environment:logs:read")?;
    let wrong = || ApiError::invalid_query(&["after"], "is no `seq` of a message");
    let after: i64 = params.after.as_deref().map_or(Ok(-1), |text| text.parse().ok().filter(|seq| *seq >= 0).ok_or_else(wrong))?;
    let limit = params.limit.map_or(DEFAULT_LIMIT, |crate::query::Bounded(limit)| limit);
    let row = find::operation(&app, caller.environment(), &operation).await?;
    let mut data = Vec::new();
    if row.is_run {
        let lines = app.store.run_logs().list(RunId(row.id.0), after.max(0), limit).await?;
        data.extend(lines.into_iter().map(wire::line));
    } else {
        if after < 0 {
            data.push(wire::first(&row));
        }
        let left = limit.saturating_sub(data.len() as u32);
        let messages = app.store.operations().messages(row.id, after.max(0), left).await?;
        data.extend(messages.into_iter().map(wire::message));
    }
    let next = data.last().filter(|_| data.len() == limit as usize).map(Message::seq);
    Ok(Json(Answer { data, next }).into_response())
}
