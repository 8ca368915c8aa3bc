//! `POST /webhooks/deliveries/replay`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use syncline_domain::{Timestamp, WebhookDeliveryId};
use syncline_store::ReplayDeliveries;
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::state::App;

/// Of one transaction: one that lasts holds up other writers.
const STEP: u32 = 200;
/// Of one request, which is to be answered in a few seconds.
const MOST: u64 = 5_000;

/// Which deliveries.
#[derive(Deserialize, ToSchema)]
#[schema(as = ReplayWebhookDeliveries)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    /// Those made at or after
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// Those made before; up to now where it is left out
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
    /// Those to this address alone
    #[serde(default)]
    url: Option<String>,
    /// `false` sends what was delivered as well
    #[serde(default = "yes")]
    #[schema(default = true)]
    only_failed: bool,
    /// Those behind this one: an answer's `next`
    #[serde(default)]
    after: Option<String>,
}

const fn yes() -> bool {
    true
}

/// What was sent again.
#[derive(Serialize, ToSchema)]
#[schema(as = ReplayedWebhookDeliveries)]
pub(crate) struct Answer {
    /// How many are on their way
    replayed: u64,
    /// The `after` of the request for the rest, where there may be one
    #[schema(required = true)]
    next: Option<String>,
}

/// Replay webhook deliveries
///
/// Sends again, oldest first, what failed or could not be delivered since a time: to be called when a receiver is well again. Deliveries that
/// are pending come by themselves, and those of disabled addresses stay until the address is enabled. At most 5,000 a request.
#[utoipa::path(
    post,
    path = "/webhooks/deliveries/replay",
    operation_id = "replayWebhookDeliveries",
    tag = "webhooks",
    request_body = Body,
    responses((status = 202, description = "They are on their way", body = Answer))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, JsonBody(body): JsonBody<Body>) -> Result<Response, ApiError> {
    caller.require("environment:webhooks:update")?;
    let after = body.after.map(|id| id.parse().map(WebhookDeliveryId)).transpose();
    let after = after.map_err(|_| ApiError::invalid_body(&["after"], "must be the `next` of an answer"))?;
    let mut of = ReplayDeliveries {
        environment: caller.environment(),
        since: body.since,
        until: body.until,
        url: body.url,
        delivered_too: !body.only_failed,
        after,
        limit: STEP,
        now: app.clock.now(),
    };
    let mut replayed = 0;
    let next = loop {
        let step = app.store.webhook_deliveries().replay_since(of.clone()).await?;
        replayed += step.replayed;
        if step.next.is_none() || replayed >= MOST {
            break step.next;
        }
        of.after = step.next;
    };
    Ok((StatusCode::ACCEPTED, Json(Answer { replayed, next: next.map(|id| id.to_string()) })).into_response())
}
