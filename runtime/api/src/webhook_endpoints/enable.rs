//! `POST /webhooks/endpoints/:id/enable`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use syncline_domain::{EnvironmentId, WebhookEndpointId};
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::error::ApiError;
use crate::state::App;
use crate::webhook_endpoints::wire::{self, Endpoint};

/// The address as it is now.
#[derive(Serialize, ToSchema)]
#[schema(as = EnabledWebhookEndpoint)]
pub(crate) struct Answer<'a> {
    data: Endpoint<'a>,
}

/// Enable an address of webhooks
///
/// Closes its circuit breaker, whatever it says, and sends what waits for it. What became undeliverable meanwhile is sent by a replay.
#[utoipa::path(
    post,
    path = "/webhooks/endpoints/{id}/enable",
    operation_id = "enableWebhookEndpoint",
    tag = "webhooks",
    params(("id" = String, Path, description = "Id of the address")),
    responses((status = 200, description = "The address", body = Answer<'static>))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, Path(id): Path<String>) -> Result<Response, ApiError> {
    caller.require("environment:webhooks:update")?;
    let number = enable(&app, caller.environment(), &id).await?;
    let row = app.store.webhook_endpoints().lookup(number).await?.ok_or_else(|| unknown(&id))?;
    Ok(Json(Answer { data: wire::endpoint(&row) }).into_response())
}

/// Enables it; 404 for another environment's, and for what is no id.
pub(crate) async fn enable(app: &App, environment: EnvironmentId, id: &str) -> Result<WebhookEndpointId, ApiError> {
    let number = id.parse().map(WebhookEndpointId).map_err(|_| unknown(id))?;
    let is_there = app.store.webhook_endpoints().enable(environment, number, app.clock.now()).await?;
    if is_there { Ok(number) } else { Err(unknown(id)) }
}

fn unknown(id: &str) -> ApiError {
    ApiError::not_found(format!("there is no webhook endpoint `{id}`; `GET /webhooks/endpoints` lists them"))
}
