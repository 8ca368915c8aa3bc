//! `GET /webhooks/deliveries`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use syncline_domain::{DeliveryState, Timestamp, WebhookDeliveryId, WebhookKind};
use syncline_store::DeliveryFilter;
use utoipa::{IntoParams, ToSchema};

use crate::auth::Caller;
use crate::error::ApiError;
use crate::query::{Bounded, Query};
use crate::state::App;
use crate::webhook_deliveries::wire::{self, Delivery};

const DEFAULT_LIMIT: u32 = 20;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    #[serde(default)]
    /// `auth`, `sync`, `async_action` or `forward`
    kind: Option<String>,
    #[serde(default)]
    /// `waiting`, `deferred`, `delivered`, `failed` or `undeliverable`
    state: Option<String>,
    #[serde(default)]
    /// Those that go to this address
    url: Option<String>,
    #[serde(default)]
    /// Those made at or after
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    #[serde(default)]
    /// At most so many; 20 where it is left out
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1_000)]
    limit: Option<Bounded<1, 1_000>>,
    #[serde(default)]
    /// Only those before this one: a page's `next`
    before: Option<String>,
}

/// A page of deliveries.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookDeliveryPage)]
pub(crate) struct Answer<'a> {
    data: Vec<Delivery<'a>>,
    /// The `before` of the page that follows
    #[schema(required = true)]
    next: Option<String>,
}

/// List webhook deliveries
///
/// Newest first: one for each webhook and address, of the last 30 days.
#[utoipa::path(
    get,
    path = "/webhooks/deliveries",
    operation_id = "listWebhookDeliveries",
    tag = "webhooks",
    params(Params),
    responses((status = 200, description = "A page of deliveries", body = Answer<'static>))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, Query(params): Query<Params>) -> Result<Response, ApiError> {
    caller.require("environment:webhooks:read")?;
    let limit = params.limit.map_or(DEFAULT_LIMIT, |Bounded(limit)| limit);
    let filter = DeliveryFilter {
        kind: one_of("kind", params.kind.as_deref(), &WebhookKind::ALL, WebhookKind::as_str)?,
        state: one_of("state", params.state.as_deref(), &DeliveryState::ALL, DeliveryState::as_str)?,
        url: params.url,
        since: params.since,
        until: None,
        before: params.before.map(|id| before(&id)).transpose()?,
        // One more tells whether a page follows.
        limit: limit + 1,
    };
    let mut rows = app.store.webhook_deliveries().list(caller.environment(), filter).await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(|row| row.id.to_string());
    Ok(Json(Answer { data: rows.iter().map(wire::delivery).collect(), next }).into_response())
}

/// The one of `all` that is called `text`.
fn one_of<T: Copy>(name: &str, text: Option<&str>, all: &[T], called: fn(T) -> &'static str) -> Result<Option<T>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    all.iter().copied().find(|one| called(*one) == text).map(Some).ok_or_else(|| {
        let names = all.iter().map(|one| format!("`{}`", called(*one))).collect::<Vec<_>>().join(", ");
        ApiError::invalid_query(&[name], format!("must be one of {names}"))
    })
}

fn before(id: &str) -> Result<WebhookDeliveryId, ApiError> {
    id.parse().map(WebhookDeliveryId).map_err(|_| ApiError::invalid_query(&["before"], "must be the `next` of a page"))
}
