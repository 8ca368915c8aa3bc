//! A delivery as people find it: an operation with a message for each attempt.

use serde_json::json;
use syncline_domain::{DeliveryState, DisabledReason, OperationId, OperationKind, OperationState, WebhookKind};
use syncline_store::{DeliveryAttempt, EndedAttempt, NewMessage, NewOperation, WebhookDeliveryRow};

use crate::Runner;

/// Counts the attempt, and writes down what came of it.
pub(super) async fn attempted(runner: &Runner, delivery: &WebhookDeliveryRow, attempt: &DeliveryAttempt, ended: &EndedAttempt) {
    let is_delivered = ended.state == DeliveryState::Delivered;
    runner.store().metrics().delivery_attempted(delivery.environment, is_delivered);
    // The address without its query, which may hold a key.
    let address = delivery.url.split(['?', '#']).next().unwrap_or_default();
    let came = match (attempt.status, &attempt.error) {
        (Some(status), _) => status.to_string(),
        (None, Some(error)) => error.clone(),
        (None, None) => "no answer".to_owned(),
    };
    let state = match ended.state {
        DeliveryState::Delivered => OperationState::Succeeded,
        DeliveryState::Waiting | DeliveryState::Deferred => OperationState::Waiting,
        DeliveryState::Failed | DeliveryState::Undeliverable => OperationState::Failed,
    };
    let kind = match delivery.kind {
        WebhookKind::Auth => OperationKind::WebhookAuth,
        WebhookKind::Sync => OperationKind::WebhookSync,
        WebhookKind::AsyncAction => OperationKind::WebhookAsyncAction,
        WebhookKind::Forward => OperationKind::WebhookForward,
    };
    // Not worth an error: a delivery whose connection is gone is noted without its name.
    let connection = runner.connection(delivery.connection).await.ok().flatten();
    let summary = format!("POST {address} {came}");
    let level = if is_delivered { "info" } else { "warn" };
    let message = NewMessage {
        at: attempt.now,
        kind: "http",
        level,
        message: summary.clone(),
        detail: Some(json!({ "response": { "status": attempt.status }, "meta": { "next_attempt_at": ended.next_attempt_at } }).to_string()),
    };
    let error = attempt.error.as_ref().map(|code| json!({ "code": code }));
    runner.store().operations().note(NewOperation {
        id: id(delivery),
        environment: delivery.environment,
        kind,
        state,
        integration: connection.as_ref().map(|row| row.integration_key.clone()),
        connection: connection.map(|row| row.name),
        function: None,
        actor: None,
        summary,
        detail: Some(
            json!({
                "request": { "method": "POST", "path": address },
                "response": { "status": attempt.status },
                "error": error,
                "meta": { "delivery": delivery.id.0.to_string(), "attempts": delivery.attempts },
            })
            .to_string(),
        ),
        started_at: delivery.created_at,
        finished_at: (state != OperationState::Waiting).then_some(attempt.now),
        messages: vec![message],
    });
}

/// Counts what the attempt meant for its address. An address that is given up is an operation of its own: from then on nothing is sent there, and
/// the deliveries that show it are those that nobody expects.
pub(super) fn judged(runner: &Runner, delivery: &WebhookDeliveryRow, attempt: &DeliveryAttempt, ended: &EndedAttempt) {
    let metrics = runner.store().metrics();
    if ended.opened_until.is_some() {
        metrics.webhook_breakers_opened.increment();
    }
    let Some(reason) = ended.disabled else { return };
    metrics.webhook_addresses_disabled.increment();
    let address = delivery.url.split(['?', '#']).next().unwrap_or_default();
    let why = match reason {
        DisabledReason::Gone => "it answered 410, which says that it is gone",
        DisabledReason::Failing => "every attempt failed for five days",
    };
    let remedy =
        "mend it, then enable it in the console under Webhooks, or with `syncline webhooks endpoints enable`, and replay what it missed";
    let error = json!({ "code": format!("address_{}", reason.as_str()), "message": format!("{why}; {remedy}") });
    runner.store().operations().note(NewOperation {
        id: runner.new_operation_id(),
        environment: delivery.environment,
        kind: OperationKind::WebhookDisableAddress,
        state: OperationState::Failed,
        integration: None,
        connection: None,
        function: None,
        actor: None,
        summary: format!("nothing is sent to {address} any more: {why}"),
        detail: Some(
            json!({
                "request": { "method": "POST", "path": address },
                "response": { "status": attempt.status },
                "error": error,
                "meta": { "delivery": delivery.id.0.to_string() },
            })
            .to_string(),
        ),
        started_at: attempt.now,
        finished_at: Some(attempt.now),
        messages: vec![NewMessage { at: attempt.now, kind: "log", level: "error", message: remedy.to_owned(), detail: None }],
    });
}

/// The same for every attempt of a delivery: from its row's number and time, so that nothing need be remembered.
fn id(delivery: &WebhookDeliveryRow) -> OperationId {
    let mut bytes = [0; 10];
    // Behind the bits that say which kind of UUID it is.
    bytes[3..].copy_from_slice(&delivery.id.0.to_be_bytes()[1..]);
    OperationId::new(delivery.created_at, bytes)
}
