//! `GET /webhooks/endpoints`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use syncline_domain::WebhookEndpointId;
use utoipa::{IntoParams, ToSchema};

use crate::auth::Caller;
use crate::error::ApiError;
use crate::query::{Bounded, Query};
use crate::state::App;
use crate::webhook_endpoints::wire::{self, Endpoint};

const DEFAULT_LIMIT: u32 = 100;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    #[serde(default)]
    /// At most so many; 100 where it is left out
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1_000)]
    limit: Option<Bounded<1, 1_000>>,
    #[serde(default)]
    /// Only those behind this one: a page's `next`
    after: Option<String>,
}

/// A page of addresses.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookEndpointPage)]
pub(crate) struct Answer<'a> {
    data: Vec<Endpoint<'a>>,
    /// The `after` of the page that follows
    #[schema(required = true)]
    next: Option<String>,
}

/// List the addresses of webhooks
///
/// Each that something was ever to be sent to, in the order of their first use, with the state of its circuit breaker.
#[utoipa::path(
    get,
    path = "/webhooks/endpoints",
    operation_id = "listWebhookEndpoints",
    tag = "webhooks",
    params(Params),
    responses((status = 200, description = "A page of addresses", body = Answer<'static>))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, Query(params): Query<Params>) -> Result<Response, ApiError> {
    caller.require("environment:webhooks:read")?;
    let limit = params.limit.map_or(DEFAULT_LIMIT, |Bounded(limit)| limit);
    let after = params.after.map(|id| id.parse().map(WebhookEndpointId)).transpose();
    let after = after.map_err(|_| ApiError::invalid_query(&["after"], "must be the `next` of a page"))?;
    let mut rows = app.store.webhook_endpoints().list(caller.environment(), after, limit + 1).await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(|row| row.id.to_string());
    Ok(Json(Answer { data: rows.iter().map(wire::endpoint).collect(), next }).into_response())
}
