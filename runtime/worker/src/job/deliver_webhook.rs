//! Sends one webhook to one address, once.

mod note;
mod send;
mod signature;

use http::{HeaderName, HeaderValue};
use syncline_domain::{DeliveryState, TRACEPARENT};
use syncline_store::payload::DeliverWebhook;
use syncline_store::{BegunDelivery, DeliveryAttempt, EndedAttempt, JobRow, WebhookDeliveryRow};
use tracing::Instrument as _;

use super::{Done, JobError, read};
use crate::{Runner, trace};

pub(super) async fn perform(runner: &Runner, job: &JobRow) -> Result<Done, JobError> {
    let payload: DeliverWebhook = read(job)?;
    let deliveries = runner.store().webhook_deliveries();
    let begun = deliveries.begin(job.fence(), payload.delivery, runner.now()).await?;
    let BegunDelivery::Attempt(delivery, started) = begun else { return Ok(Done::Recorded) };
    let settings = runner.store().webhook_settings().lookup(delivery.environment).await?;
    let now = runner.now();
    let span = trace::delivery(&delivery, runner.traces());
    let mut headers = signature::headers(&delivery, settings.keys(now), now);
    if let Some(own) = runner.traces().traceparent(&span).and_then(|text| HeaderValue::try_from(text).ok()) {
        headers.insert(HeaderName::from_static(TRACEPARENT), own);
    }
    let answer = send::send(runner, &delivery, headers).instrument(span.clone()).await;
    let attempt = DeliveryAttempt {
        status: answer.status.map(|status| status.as_u16()),
        error: answer.error,
        answer: answer.text,
        verdict: answer.verdict,
        random: runner.random(),
        now: runner.now(),
    };
    let ended = deliveries.end(job.fence(), started, attempt.clone()).await?;
    trace::delivery_ended(&span, &attempt, &ended);
    note::attempted(runner, &delivery, &attempt, &ended).await;
    note::judged(runner, &delivery, &attempt, &ended);
    tell(&delivery, &attempt, &ended);
    Ok(Done::Recorded)
}

/// What an operator should hear of. The address without its query, which may hold a key.
fn tell(delivery: &WebhookDeliveryRow, attempt: &DeliveryAttempt, ended: &EndedAttempt) {
    let address = delivery.url.split(['?', '#']).next().unwrap_or_default();
    let (id, status, error) = (delivery.id.0, attempt.status, attempt.error.as_deref());
    match ended.state {
        DeliveryState::Delivered => {}
        DeliveryState::Waiting | DeliveryState::Deferred => {
            let next = ended.next_attempt_at.map(|at| at.to_string());
            tracing::warn!(webhook.id = id, address, status, error, next, "a webhook was not delivered and will be tried again");
        }
        DeliveryState::Failed => {
            tracing::error!(
                webhook.id = id,
                address,
                status,
                error,
                "a webhook was not delivered and is not sent again; replay it when its receiver is well"
            );
        }
        DeliveryState::Undeliverable => {
            tracing::error!(
                webhook.id = id,
                address,
                status,
                error,
                "a webhook cannot be delivered and is not sent again; enable its address, then replay it"
            );
        }
    }
    if let Some(until) = ended.opened_until {
        tracing::warn!(address, until = %until, "the address of webhooks fails; its deliveries wait");
    }
    if let Some(reason) = ended.disabled {
        tracing::error!(
            address,
            reason = reason.as_str(),
            "the address of webhooks was disabled; enable it with `syncline webhooks endpoints enable`"
        );
    }
}
