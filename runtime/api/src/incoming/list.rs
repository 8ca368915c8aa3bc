//! `GET /webhooks/incoming`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use syncline_domain::{IncomingWebhookId, IncomingWebhookState, IntegrationKey, Timestamp};
use syncline_store::IncomingFilter;
use utoipa::{IntoParams, ToSchema};

use super::wire::{self, Incoming, IncomingWebhookStateText};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::openapi::IntegrationKeyText;
use crate::query::{Bounded, Query};
use crate::state::App;

const DEFAULT_LIMIT: u32 = 20;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    #[serde(default)]
    /// Key of an integration
    #[param(value_type = Option<IntegrationKeyText>, inline)]
    integration_id: Option<IntegrationKey>,
    #[serde(default)]
    #[param(value_type = Option<IncomingWebhookStateText>, inline)]
    state: Option<IncomingWebhookState>,
    #[serde(default)]
    /// Of this type
    event: Option<String>,
    #[serde(default)]
    /// Received then or later
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    #[serde(default)]
    /// At most so many; 20 where it is left out
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1_000)]
    limit: Option<Bounded<1, 1_000>>,
    #[serde(default)]
    /// Only those before this one: a page's `next`
    #[param(value_type = Option<String>, format = "uuid")]
    before: Option<IncomingWebhookId>,
}

/// A page of webhooks.
#[derive(Serialize, ToSchema)]
#[schema(as = IncomingWebhookPage)]
pub(crate) struct Answer<'a> {
    data: Vec<Incoming<'a>>,
    /// The `before` of the page that follows
    #[schema(value_type = Option<String>, required = true, format = "uuid")]
    next: Option<IncomingWebhookId>,
}

/// List webhooks that providers sent
///
/// Newest first, without what they hold; they are kept for 15 days.
#[utoipa::path(
    get,
    path = "/webhooks/incoming",
    operation_id = "listIncomingWebhooks",
    tag = "webhooks",
    params(Params),
    responses((status = 200, description = "A page of webhooks", body = Answer<'static>))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, Query(params): Query<Params>) -> Result<Response, ApiError> {
    caller.require("environment:webhooks:read")?;
    let limit = params.limit.map_or(DEFAULT_LIMIT, |Bounded(limit)| limit);
    if params.event.as_deref().is_some_and(|event| event.contains('\0')) {
        return Err(ApiError::invalid_query(&["event"], "holds a zero byte"));
    }
    let filter = IncomingFilter {
        environment: caller.environment(),
        integration: params.integration_id,
        state: params.state,
        event: params.event,
        since: params.since,
        until: None,
        before: params.before,
        // One more tells whether a page follows.
        limit: limit + 1,
    };
    let mut rows = app.store.incoming_webhooks().list(filter).await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(|row| row.id);
    Ok(Json(Answer { data: rows.iter().map(wire::incoming).collect(), next }).into_response())
}
