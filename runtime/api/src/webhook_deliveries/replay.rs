//! `POST /webhooks/deliveries/:id/replay`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Serialize;
use syncline_store::Replay;
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::error::ApiError;
use crate::state::App;
use crate::webhook_deliveries::find;
use crate::webhook_deliveries::wire::{self, Delivery};

/// The delivery as it is now.
#[derive(Serialize, ToSchema)]
#[schema(as = ReplayedWebhookDelivery)]
pub(crate) struct Answer<'a> {
    data: Delivery<'a>,
}

/// Replay a webhook delivery
///
/// Sends it again now, whatever became of it, with all its attempts before it. Its id and its bytes are the same, so that a receiver that has
/// it already can tell.
#[utoipa::path(
    post,
    path = "/webhooks/deliveries/{id}/replay",
    operation_id = "replayWebhookDelivery",
    tag = "webhooks",
    params(("id" = String, Path, description = "Id of the delivery")),
    responses((status = 202, description = "It is on its way", body = Answer<'static>))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, Path(id): Path<String>) -> Result<Response, ApiError> {
    caller.require("environment:webhooks:update")?;
    begin(&app, caller.environment(), &id).await?;
    let row = find::delivery(&app, caller.environment(), &id).await?;
    Ok((StatusCode::ACCEPTED, Json(Answer { data: wire::delivery(&row) })).into_response())
}

/// Puts it into the queue, or says why not.
pub(crate) async fn begin(app: &App, environment: syncline_domain::EnvironmentId, id: &str) -> Result<(), ApiError> {
    match app.store.webhook_deliveries().replay(environment, find::number(id)?, app.clock.now()).await? {
        Replay::Begun => Ok(()),
        Replay::Missing => Err(find::unknown(id)),
        Replay::UnderWay => Err(ApiError::new(
            StatusCode::CONFLICT,
            "webhook_delivery_in_progress",
            "this webhook is being sent at this moment; look at its attempts in half a minute",
        )),
        Replay::Disabled => Err(ApiError::new(
            StatusCode::CONFLICT,
            "webhook_endpoint_disabled",
            "the address of this webhook is disabled; enable it with `POST /webhooks/endpoints/{id}/enable`, then replay",
        )),
    }
}
