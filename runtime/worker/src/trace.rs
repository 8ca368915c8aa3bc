//! Spans of what a worker does, for whoever exports them.
//!
//! Names are those of OpenTelemetry's semantic conventions where there is one, and begin with `syncline.` where there is none. They say what was
//! run, for which connection, and how it ended: no input, no output and no message, which may quote either.

use syncline_domain::{DeliveryState, JobKind, JobOutcome, RunId, TRACEPARENT, TRACES, Traces, Trigger, WebhookKind};
use syncline_store::{DeliveryAttempt, EndedAttempt, JobRow, WebhookDeliveryRow};
use tracing::Span;
use tracing::field::{Empty, display};

use crate::run::{Ended, Work};

/// One try of a job. That of a webhook has its delivery's instead, which goes on with what made it.
pub(crate) fn job(job: &JobRow) -> Span {
    if job.kind == JobKind::DeliverWebhook {
        return Span::none();
    }
    tracing::trace_span!(
        target: TRACES,
        "job",
        otel.name = %format_args!("job {}", job.kind.as_str()),
        otel.kind = "consumer",
        messaging.operation.type = "process",
        messaging.message.id = job.id.0,
        syncline.job.kind = job.kind.as_str(),
        syncline.job.attempt = job.attempt,
        syncline.environment.id = job.environment.0,
        syncline.job.outcome = Empty,
        otel.status_code = Empty,
    )
}

/// How a try ended.
pub(crate) fn job_ended(span: &Span, outcome: JobOutcome) {
    span.record("syncline.job.outcome", outcome.as_str());
    if matches!(outcome, JobOutcome::Retried | JobOutcome::Discarded) {
        span.record("otel.status_code", "ERROR");
    }
}

/// One run, in line or of a job.
pub(crate) fn run(work: &Work, run: RunId) -> Span {
    let definition = &work.function.definition;
    tracing::trace_span!(
        target: TRACES,
        "run",
        otel.name = %format_args!("run {}", definition.name),
        faas.invocation_id = %run,
        faas.trigger = faas_trigger(work.trigger),
        syncline.function.name = definition.name.as_str(),
        syncline.function.kind = definition.kind.as_str(),
        syncline.integration.id = work.connection.integration_key.as_str(),
        syncline.connection.id = work.connection.name.as_str(),
        syncline.environment.id = work.connection.environment.0,
        syncline.run.attempt = work.attempt,
        syncline.run.state = Empty,
        error.type = Empty,
        otel.status_code = Empty,
    )
}

/// How a run ended: the code of its error, and not its message.
pub(crate) fn run_ended(span: &Span, ended: &Ended) {
    span.record("syncline.run.state", ended.state.as_str());
    if let Err(error) = &ended.result {
        // A function can make anything its code; what is no word is none here.
        let is_word = error.code.len() <= 64 && error.code.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'.'));
        span.record("error.type", if is_word { error.code.as_str() } else { "_OTHER" });
        span.record("otel.status_code", "ERROR");
    }
}

/// One try to deliver a webhook. What a provider sent, and is only relayed, has no say in where the span belongs.
pub(crate) fn delivery(delivery: &WebhookDeliveryRow, traces: &Traces) -> Span {
    let span = tracing::trace_span!(
        target: TRACES,
        "webhook.delivery",
        otel.name = %format_args!("deliver {}", delivery.kind.as_str()),
        otel.kind = "producer",
        messaging.operation.type = "send",
        messaging.message.id = delivery.id.0,
        syncline.webhook.kind = delivery.kind.as_str(),
        syncline.environment.id = delivery.environment.0,
        syncline.webhook.attempt = delivery.attempts,
        syncline.webhook.state = Empty,
        error.type = Empty,
        otel.status_code = Empty,
    );
    if delivery.kind != WebhookKind::Forward {
        let parent = delivery.headers.iter().find(|(name, _)| name == TRACEPARENT);
        traces.adopt(&span, parent.map(|(_, value)| value.as_str()));
    }
    span
}

/// What came of a try.
pub(crate) fn delivery_ended(span: &Span, attempt: &DeliveryAttempt, ended: &EndedAttempt) {
    span.record("syncline.webhook.state", ended.state.as_str());
    if ended.state != DeliveryState::Delivered {
        match (&attempt.error, attempt.status) {
            (Some(code), _) => span.record("error.type", code.as_str()),
            (None, status) => span.record("error.type", display(status.unwrap_or_default())),
        };
        span.record("otel.status_code", "ERROR");
    }
}

/// The headers with which a webhook remembers whose work it goes on with.
pub(crate) fn headers(traces: &Traces) -> Vec<(String, String)> {
    traces.traceparent(&Span::current()).map(|value| (TRACEPARENT.to_owned(), value)).into_iter().collect()
}

const fn faas_trigger(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Schedule => "timer",
        Trigger::Api => "http",
        Trigger::Webhook => "pubsub",
        Trigger::Function | Trigger::Connection => "other",
    }
}
