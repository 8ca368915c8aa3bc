//! `GET /webhooks/deliveries/:id`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::error::ApiError;
use crate::state::App;
use crate::webhook_deliveries::find;
use crate::webhook_deliveries::wire::{self, Whole};

/// One delivery.
#[derive(Serialize, ToSchema)]
#[schema(as = OneWebhookDelivery)]
pub(crate) struct Answer<'a> {
    data: Whole<'a>,
}

/// Show a webhook delivery
///
/// With its body and every attempt.
#[utoipa::path(
    get,
    path = "/webhooks/deliveries/{id}",
    operation_id = "getWebhookDelivery",
    tag = "webhooks",
    params(("id" = String, Path, description = "Id of the delivery, as in the header `webhook-id`")),
    responses((status = 200, description = "The delivery", body = Answer<'static>))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, Path(id): Path<String>) -> Result<Response, ApiError> {
    caller.require("environment:webhooks:read")?;
    let row = find::delivery(&app, caller.environment(), &id).await?;
    let attempts = app.store.webhook_deliveries().attempts(row.id).await?;
    Ok(Json(Answer { data: wire::whole(&row, &attempts) }).into_response())
}
