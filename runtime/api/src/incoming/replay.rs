//! `POST /webhooks/incoming/:id/replay`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Serialize;
use syncline_domain::IncomingWebhookState;
use utoipa::ToSchema;

use super::wire::{self, Incoming};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::state::App;

/// As it stands now.
#[derive(Serialize, ToSchema)]
#[schema(as = ReplayedIncomingWebhook)]
pub(crate) struct Answer<'a> {
    data: Incoming<'a>,
}

/// Replay a webhook that a provider sent
///
/// Routes it anew, by the present entry, connections and functions: each sync that subscribes to it runs, and where webhooks are forwarded it is
/// forwarded. 409 `webhook_not_replayable` for a handshake and for one that is about to be routed anyway.
#[utoipa::path(
    post,
    path = "/webhooks/incoming/{id}/replay",
    operation_id = "replayIncomingWebhook",
    tag = "webhooks",
    params(("id" = String, Path, description = "Id of the webhook")),
    responses((status = 202, description = "It is in the queue", body = Answer<'static>))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, Path(id): Path<String>) -> Result<Response, ApiError> {
    caller.require("environment:webhooks:update")?;
    let row = wire::find(&app, caller.environment(), &id).await?;
    if !app.store.incoming_webhooks().replay(row.environment, row.id, app.clock.now()).await? {
        let why = match row.state {
            IncomingWebhookState::Handshake => "a handshake tells of nothing; there is nothing to run",
            _ => "it is about to be routed; look again in a moment",
        };
        return Err(ApiError::new(StatusCode::CONFLICT, "webhook_not_replayable", why));
    }
    let row = wire::find(&app, caller.environment(), &id).await?;
    Ok((StatusCode::ACCEPTED, Json(Answer { data: wire::incoming(&row) })).into_response())
}
