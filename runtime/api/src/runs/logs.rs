//! `GET /runs/:run/logs`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use syncline_domain::Timestamp;
use utoipa::{IntoParams, ToSchema};

use crate::auth::Caller;
use crate::error::ApiError;
use crate::query::{Bounded, Query};
use crate::runs::find;
use crate::state::App;

const DEFAULT_LIMIT: u32 = 1_000;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// The last `seq` that was read.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 0)]
    after: Option<Bounded<0, { u32::MAX }>>,
    #[serde(default)]
    /// At most so many; 1,000 where it is left out
    #[param(value_type = Option<u32>, minimum = 1, maximum = 10_000)]
    limit: Option<Bounded<1, 10_000>>,
}

/// A page of a log.
#[derive(Serialize, ToSchema)]
#[schema(as = LogPage)]
pub(crate) struct Answer {
    data: Vec<Line>,
    /// The `after` of the page that follows, as far as there is one by now
    #[schema(required = true)]
    next: Option<i64>,
}

/// A line of a log.
#[derive(Serialize, ToSchema)]
#[schema(as = LogLine)]
struct Line {
    seq: i64,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// `log` for what the function said; `http`, `save` and `checkpoint` for what was done for it
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    kind: &'static str,
    level: String,
    message: String,
    /// Any JSON
    #[schema(value_type = serde_json::Value, required = true)]
    fields: Option<Box<RawValue>>,
}

/// Read a run's log
///
/// In order: what the function said, and between it its requests, saves and checkpoints, a thousand of these at most.
#[utoipa::path(
    get,
    path = "/runs/{run}/logs",
    operation_id = "getRunLogs",
    tag = "runs",
    params(("run" = String, Path, description = "Id of the run"), Params),
    responses((status = 200, description = "A page of the log", body = Answer))
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(run): Path<String>,
    Query(params): Query<Params>,
) -> Result<Response, ApiError> {
    caller.require("environment:logs:read")?;
    let run = find::run(&app, caller.environment(), &run).await?;
    let after = params.after.map_or(0, |Bounded(after)| i64::from(after));
    let limit = params.limit.map_or(DEFAULT_LIMIT, |Bounded(limit)| limit);
    let rows = app.store.run_logs().list(run.id, after, limit).await?;
    let next = rows.last().filter(|_| rows.len() == limit as usize).map(|row| row.seq);
    let line = |row: syncline_store::LogRow| Line {
        seq: row.seq,
        at: row.line.at,
        kind: row.line.kind.as_str(),
        level: row.line.level,
        message: row.line.message,
        fields: row.line.fields.and_then(|fields| RawValue::from_string(fields).ok()),
    };
    Ok(Json(Answer { data: rows.into_iter().map(line).collect(), next }).into_response())
}
