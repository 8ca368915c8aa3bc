//! `GET /operations`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use syncline_domain::{ConnectionName, FunctionName, IntegrationKey, OperationId, OperationKind, OperationState, Timestamp};
use syncline_store::OperationFilter;
use utoipa::{IntoParams, ToSchema};

use super::wire::{self, Operation, State as StateText};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::openapi::{ConnectionIdText, FunctionNameText, IntegrationKeyText};
use crate::query::{Bounded, Query};
use crate::state::App;

const DEFAULT_LIMIT: u32 = 50;
const MAX_TEXT_CHARS: usize = 200;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// `sync`, `action`, `events`, `proxy`, `auth`, `webhook` or `deploy`
    #[serde(default, rename = "type")]
    kind: Option<String>,
    /// Within the type: `run`, `call`, `create_connection`, `incoming`, ...
    #[serde(default)]
    action: Option<String>,
    /// Where it stands
    #[serde(default)]
    #[param(value_type = Option<StateText>, inline)]
    state: Option<String>,
    /// Key of an integration
    #[serde(default)]
    #[param(value_type = Option<IntegrationKeyText>, inline)]
    integration_id: Option<IntegrationKey>,
    #[serde(default)]
    #[param(value_type = Option<ConnectionIdText>, inline)]
    connection_id: Option<ConnectionName>,
    /// Name of a function
    #[serde(default)]
    #[param(value_type = Option<FunctionNameText>, inline)]
    function: Option<FunctionName>,
    /// Only what began then or later
    #[serde(default)]
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// Only what began earlier
    #[serde(default)]
    #[param(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
    /// Only where the summary or a message holds this, in any case
    #[serde(default)]
    #[param(min_length = 1, max_length = 200)]
    text: Option<String>,
    /// At most so many; 50 where it is left out
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1_000)]
    limit: Option<Bounded<1, 1_000>>,
    /// Only operations before this one: a page's `next`
    #[serde(default)]
    #[param(value_type = Option<String>, format = "uuid")]
    before: Option<OperationId>,
}

/// A page of operations.
#[derive(Serialize, ToSchema)]
#[schema(as = OperationPage)]
pub(crate) struct Answer<'a> {
    data: Vec<Operation<'a>>,
    /// The `before` of the page that follows. A search for a text, or for what is rare, looks at some thousands at a time, so that a page can be
    /// short, or empty, and have a `next`
    #[schema(value_type = Option<String>, required = true, format = "uuid")]
    next: Option<OperationId>,
}

/// List operations
///
/// Newest first: runs, proxied requests, authorizations, webhooks and deployments. Names that nothing has are an empty page.
#[utoipa::path(
    get,
    path = "/operations",
    operation_id = "listOperations",
    tag = "operations",
    params(Params),
    responses((status = 200, description = "A page of operations", body = Answer<'static>))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, Query(params): Query<Params>) -> Result<Response, ApiError> {
    caller.require("environment:logs:read")?;
    let known = |name: &str, given: Option<&String>, known: &[&str]| match given {
        Some(given) if !known.contains(&given.as_str()) => {
            Err(ApiError::invalid_query(&[name], format!("is `{given}`; those that exist are {}", known.join(", "))))
        }
        _ => Ok(()),
    };
    known("type", params.kind.as_ref(), &OperationKind::types())?;
    known("action", params.action.as_ref(), &OperationKind::actions())?;
    known("state", params.state.as_ref(), &OperationState::ALL.map(OperationState::as_str))?;
    if params.text.as_ref().is_some_and(|text| text.is_empty() || text.chars().count() > MAX_TEXT_CHARS) {
        return Err(ApiError::invalid_query(&["text"], format!("has 1 to {MAX_TEXT_CHARS} characters")));
    }
    let filter = OperationFilter {
        environment: caller.environment(),
        kind: params.kind,
        action: params.action,
        state: params.state.as_deref().and_then(OperationState::parse),
        integration: params.integration_id,
        connection: params.connection_id,
        function: params.function,
        since: params.since,
        until: params.until,
        text: params.text,
        before: params.before,
        limit: params.limit.map_or(DEFAULT_LIMIT, |Bounded(limit)| limit),
    };
    let page = app.store.operations().list(filter).await?;
    Ok(Json(Answer { data: page.rows.iter().map(wire::operation).collect(), next: page.next }).into_response())
}
