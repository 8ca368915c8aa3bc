//! `GET /runs`

use std::cmp::Reverse;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use syncline_domain::{ConnectionName, ConnectionRowId, FunctionId, FunctionName, IntegrationKey, RunId, RunState};
use syncline_store::{ConnectionFilter, FunctionRow, RunFilter};
use utoipa::{IntoParams, ToSchema};

use crate::auth::Caller;
use crate::error::ApiError;
use crate::openapi::{ConnectionIdText, FunctionNameText, IntegrationKeyText};
use crate::query::{Bounded, Query};
use crate::runs::wire::{self, Run, RunStateText};
use crate::state::App;

const DEFAULT_LIMIT: u32 = 20;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    #[serde(default)]
    /// Name of a function
    #[param(value_type = Option<FunctionNameText>, inline)]
    function: Option<FunctionName>,
    #[serde(default)]
    /// Key of an integration
    #[param(value_type = Option<IntegrationKeyText>, inline)]
    integration_id: Option<IntegrationKey>,
    #[serde(default)]
    #[param(value_type = Option<ConnectionIdText>, inline)]
    connection_id: Option<ConnectionName>,
    #[serde(default)]
    #[param(value_type = Option<RunStateText>, inline)]
    state: Option<RunState>,
    #[serde(default)]
    /// At most so many; 20 where it is left out
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1_000)]
    limit: Option<Bounded<1, 1_000>>,
    #[serde(default)]
    /// Only runs before this one: a page's `next`
    #[param(value_type = Option<String>, format = "uuid")]
    before: Option<RunId>,
}

/// A page of runs.
#[derive(Serialize, ToSchema)]
#[schema(as = RunPage)]
pub(crate) struct Answer<'a> {
    data: Vec<Run<'a>>,
    /// The `before` of the page that follows
    #[schema(value_type = Option<String>, required = true, format = "uuid")]
    next: Option<RunId>,
}

/// List runs
///
/// Newest first. Names that nothing has are an empty page.
#[utoipa::path(
    get,
    path = "/runs",
    operation_id = "listRuns",
    tag = "runs",
    params(Params),
    responses((status = 200, description = "A page of runs", body = Answer<'static>))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, Query(params): Query<Params>) -> Result<Response, ApiError> {
    caller.require("environment:logs:read")?;
    let limit = params.limit.map_or(DEFAULT_LIMIT, |Bounded(limit)| limit);
    // One more tells whether a page follows.
    let page = RunFilter {
        environment: caller.environment(),
        function: None,
        connection: None,
        state: params.state,
        before: params.before,
        limit: limit + 1,
    };
    let functions = functions(&app, &caller, params.function.as_ref(), params.integration_id.as_ref()).await?;
    let connections = connections(&app, &caller, params.connection_id, params.integration_id).await?;
    // A name can stand for several functions and connections; their newest runs are merged.
    let mut rows = Vec::new();
    for &function in &functions {
        for &connection in &connections {
            rows.extend(app.store.runs().list(RunFilter { function, connection, ..page.clone() }).await?);
        }
    }
    rows.sort_by_key(|row| Reverse(row.id));
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(|row| row.id);
    Ok(Json(Answer { data: rows.iter().map(wire::run).collect(), next }).into_response())
}

/// The functions meant: `[None]` for any, nothing at all where no function fits.
async fn functions(
    app: &App,
    caller: &Caller,
    name: Option<&FunctionName>,
    integration: Option<&IntegrationKey>,
) -> Result<Vec<Option<FunctionId>>, ApiError> {
    if name.is_none() && integration.is_none() {
        return Ok(vec![None]);
    }
    let rows = app.store.functions().list(caller.environment(), None).await?;
    let fits = |row: &&FunctionRow| {
        name.is_none_or(|name| *name == row.definition.name) && integration.is_none_or(|key| *key == row.integration_key)
    };
    Ok(rows.iter().filter(fits).map(|row| Some(row.id)).collect())
}

/// The connections meant, likewise.
async fn connections(
    app: &App,
    caller: &Caller,
    name: Option<ConnectionName>,
    integration: Option<IntegrationKey>,
) -> Result<Vec<Option<ConnectionRowId>>, ApiError> {
    let Some(name) = name else { return Ok(vec![None]) };
    let filter =
        ConnectionFilter { connection: Some(name), integrations: integration.into_iter().collect(), ..ConnectionFilter::default() };
    Ok(app.store.connections().list(caller.environment(), filter).await?.iter().map(|row| Some(row.id)).collect())
}
