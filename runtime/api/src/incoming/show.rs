//! `GET /webhooks/incoming/:id`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::wire::{self, Whole};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::state::App;

/// One webhook of a provider's.
#[derive(Serialize, ToSchema)]
#[schema(as = OneIncomingWebhook)]
pub(crate) struct Answer<'a> {
    data: Whole<'a>,
}

/// Show a webhook that a provider sent
///
/// With what it holds.
#[utoipa::path(
    get,
    path = "/webhooks/incoming/{id}",
    operation_id = "getIncomingWebhook",
    tag = "webhooks",
    params(("id" = String, Path, description = "Id of the webhook")),
    responses((status = 200, description = "The webhook", body = Answer<'static>))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, Path(id): Path<String>) -> Result<Response, ApiError> {
    caller.require("environment:webhooks:read")?;
    let row = wire::find(&app, caller.environment(), &id).await?;
    let content = app.store.incoming_webhooks().content(row.id).await?.ok_or_else(|| ApiError::not_found("its time is over just now"))?;
    Ok(Json(Answer { data: wire::whole(&row, content) }).into_response())
}
