//! The public form of a delivery.

use serde::Serialize;
use syncline_domain::Timestamp;
use syncline_store::{WebhookAttemptRow, WebhookDeliveryRow};
use utoipa::ToSchema;

/// A webhook on its way to one address.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookDelivery)]
pub(crate) struct Delivery<'a> {
    /// As in the header `webhook-id`: the same for every attempt
    id: String,
    /// `auth`, `sync`, `async_action` or `forward`
    kind: &'static str,
    /// `waiting`: it is tried, or its next attempt has a time. `deferred`: its address fails, and it goes on when that answers again.
    /// `delivered`. `failed`: every attempt failed, or another would fail in the same way. `undeliverable`: its address is disabled
    state: &'static str,
    url: &'a str,
    attempt_count: u32,
    /// The receiver's answer to the latest attempt
    #[schema(required = true)]
    status: Option<u16>,
    /// Why the latest attempt had none, such as `ECONNREFUSED`
    #[schema(required = true)]
    error: Option<&'a str>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = Option<String>, required = true, format = DateTime)]
    attempted_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, required = true, format = DateTime)]
    next_attempt_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, required = true, format = DateTime)]
    delivered_at: Option<Timestamp>,
}

/// The same with what is sent, and every attempt.
#[derive(Serialize, ToSchema)]
#[schema(as = WholeWebhookDelivery)]
pub(crate) struct Whole<'a> {
    #[serde(flatten)]
    delivery: Delivery<'a>,
    /// To the byte
    body: &'a str,
    /// First to last
    attempts: Vec<Attempt<'a>>,
}

/// One attempt.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookAttempt)]
pub(crate) struct Attempt<'a> {
    /// From 1
    number: u32,
    #[schema(value_type = String, format = DateTime)]
    started_at: Timestamp,
    /// `null` while it is under way
    #[schema(value_type = Option<String>, required = true, format = DateTime)]
    ended_at: Option<Timestamp>,
    #[schema(value_type = Option<u64>, required = true)]
    duration_ms: Option<u128>,
    #[schema(required = true)]
    status: Option<u16>,
    /// `process_lost` where the process ended before the attempt did
    #[schema(required = true)]
    error: Option<&'a str>,
    /// The beginning of what the receiver said
    #[schema(required = true)]
    answer: Option<&'a str>,
}

pub(super) fn delivery(row: &WebhookDeliveryRow) -> Delivery<'_> {
    Delivery {
        id: row.id.to_string(),
        kind: row.kind.as_str(),
        state: row.state.as_str(),
        url: &row.url,
        attempt_count: row.attempts,
        status: row.status,
        error: row.error.as_deref(),
        created_at: row.created_at,
        attempted_at: row.attempted_at,
        next_attempt_at: row.next_attempt_at,
        delivered_at: row.delivered_at,
    }
}

pub(super) fn whole<'a>(row: &'a WebhookDeliveryRow, attempts: &'a [WebhookAttemptRow]) -> Whole<'a> {
    let attempt = |row: &'a WebhookAttemptRow| Attempt {
        number: row.number,
        started_at: row.started_at,
        ended_at: row.ended_at,
        duration_ms: row.ended_at.map(|end| end.since(row.started_at).as_millis()),
        status: row.status,
        error: row.error.as_deref(),
        answer: row.answer.as_deref(),
    };
    Whole { delivery: delivery(row), body: &row.body, attempts: attempts.iter().map(attempt).collect() }
}
