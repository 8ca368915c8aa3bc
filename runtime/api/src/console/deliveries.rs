//! `/console/{environment}/webhooks/deliveries`: what became of webhooks.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::StatusCode;
use syncline_console::pages::{
    AttemptItem, DeliveriesPage, DeliveryItem, DeliveryPage, Empty, EndpointItem, Filter, Filters, Frame, Moment, Pager, Section, Tone,
};
use syncline_domain::{CircuitState, DeliveryState, DisabledReason, Timestamp, WebhookDeliveryId, WebhookKind};
use syncline_store::{DeliveryFilter, Replay, WebhookAttemptRow, WebhookDeliveryRow, WebhookEndpointRow};

use crate::console::environment::Here;
use crate::console::form::Asked;
use crate::console::link::link;
use crate::console::notice;
use crate::console::refusal::Refusal;
use crate::console::state::Console;
use crate::console::times::{Range, Times};
use crate::webhook_deliveries::find;
use crate::webhook_endpoints::enable as endpoint;

/// A screen or two.
const PER_PAGE: u32 = 50;
/// With more addresses, their state is for the API.
const ENDPOINTS: u32 = 1_000;

/// The latest, filtered, below the addresses that are not well.
pub(super) async fn list(State(console): State<Arc<Console>>, here: Here, asked: Asked) -> Result<Html<String>, Refusal> {
    let (state, kind) = (DeliveryState::parse(asked.get("state")), WebhookKind::parse(asked.get("kind")));
    let before = asked.get("before").parse().ok().map(WebhookDeliveryId);
    let times = Times::of(&asked);
    let range = times.range(console.now());
    let mut rows = match &range {
        Ok(Range { since, until }) => {
            let (since, until, limit) = (*since, *until, PER_PAGE + 1);
            let filter = DeliveryFilter { kind, state, since, until, before, limit, url: None };
            console.app.store.webhook_deliveries().list(here.environment, filter).await?
        }
        // What is no time finds nothing, instead of everything.
        Err(_) => Vec::new(),
    };
    let more = rows.len() > PER_PAGE as usize;
    rows.truncate(PER_PAGE as usize);
    let endpoints = console.app.store.webhook_endpoints().list(here.environment, None, ENDPOINTS).await?;
    let path = format!("{}/webhooks/deliveries", here.home());
    let narrowed = [("state", state.map_or("", DeliveryState::as_str)), ("kind", kind.map_or("", WebhookKind::as_str))];
    let address = |before: &str| link(&path, &[narrowed.as_slice(), &times.query(), &[("before", before)]].concat());
    let [(_, chosen_state), (_, chosen_kind)] = narrowed;
    let filters = Filters {
        path: path.clone(),
        fields: vec![
            Filter::choice("state", "State", chosen_state, DeliveryState::ALL.map(|one| (one.as_str(), one.as_str()))),
            Filter::choice("kind", "Kind", chosen_kind, WebhookKind::ALL.map(|one| (one.as_str(), one.as_str()))),
        ]
        .into_iter()
        .chain(times.filters())
        .collect(),
    };
    let page = DeliveriesPage {
        frame: Frame { notice: notice::of(&asked), ..here.frame(Section::Webhooks) },
        endpoints: endpoints.iter().filter_map(trouble).collect(),
        empty: match range {
            Ok(_) if filters.is_used() => {
                Empty::new("No webhooks fit", "None is what you chose. Clear a filter to see others.").with_link(path.clone(), "Show all")
            }
            Ok(_) => Empty::new("No webhooks", "None were sent. Whatever is sent to your backend appears here."),
            Err(defect) => Empty::new("This cannot be looked for", defect),
        },
        pager: Pager {
            label: "Pages of deliveries".to_owned(),
            newest: before.map(|_| address("")),
            older: rows.last().filter(|_| more).map(|row| address(&row.id.to_string())),
        },
        items: rows.iter().map(item).collect(),
        filters,
    };
    Ok(Html(page.render()))
}

/// One, with what was sent and every attempt.
pub(super) async fn show(State(console): State<Arc<Console>>, here: Here, asked: Asked) -> Result<Html<String>, Refusal> {
    let row = find::delivery(&console.app, here.environment, here.param("id")).await.map_err(|_| unknown())?;
    let attempts = console.app.store.webhook_deliveries().attempts(row.id).await?;
    let frame = Frame { notice: notice::of(&asked), ..here.frame(Section::Webhooks) };
    let page = DeliveryPage { frame, item: item(&row), body: row.body.clone(), attempts: attempts.iter().map(attempt).collect() };
    Ok(Html(page.render()))
}

/// Sends it again.
pub(super) async fn replay(State(console): State<Arc<Console>>, here: Here) -> Result<Response, Refusal> {
    let id = here.param("id");
    let number = id.parse().map(WebhookDeliveryId).map_err(|_| unknown())?;
    match console.app.store.webhook_deliveries().replay(here.environment, number, console.app.clock.now()).await? {
        Replay::Begun => {}
        Replay::Missing => return Err(unknown()),
        Replay::UnderWay => {
            return Err(Refusal::new(
                StatusCode::CONFLICT,
                "This webhook is being sent at this moment",
                "Look at its attempts in half a minute.",
            ));
        }
        Replay::Disabled => {
            return Err(Refusal::new(
                StatusCode::CONFLICT,
                "The address of this webhook is disabled",
                "Have the address tried again first, then send the webhook.",
            ));
        }
    }
    Ok(Redirect::to(&format!("{}/webhooks/deliveries/{id}?done=replayed", here.home())).into_response())
}

/// Has an address tried again.
pub(super) async fn enable(State(console): State<Arc<Console>>, here: Here) -> Result<Response, Refusal> {
    endpoint::enable(&console.app, here.environment, here.param("id")).await.map_err(|_| Refusal::not_found("There is no such address"))?;
    Ok(Redirect::to(&format!("{}/webhooks/deliveries?done=enabled", here.home())).into_response())
}

fn unknown() -> Refusal {
    Refusal::not_found("There is no such webhook")
}

fn moment(at: Timestamp) -> Moment {
    Moment::new(at.to_millis_z())
}

fn item(row: &WebhookDeliveryRow) -> DeliveryItem {
    let (tone, state) = match row.state {
        DeliveryState::Delivered => (Tone::Good, "Delivered"),
        DeliveryState::Waiting if row.attempts == 0 => (Tone::Warn, "On its way"),
        DeliveryState::Waiting => (Tone::Warn, "Will be tried again"),
        DeliveryState::Deferred => (Tone::Warn, "Waits for its address"),
        DeliveryState::Failed => (Tone::Bad, "Not delivered"),
        DeliveryState::Undeliverable => (Tone::Bad, "Its address is disabled"),
    };
    DeliveryItem {
        id: row.id.to_string(),
        kind: row.kind.as_str().to_owned(),
        url: row.url.clone(),
        tone,
        state: state.to_owned(),
        attempts: row.attempts,
        latest: outcome(row.status, row.error.as_deref()),
        made: moment(row.created_at),
        next: row.next_attempt_at.filter(|_| row.state == DeliveryState::Waiting && row.attempts > 0).map(moment),
    }
}

fn attempt(row: &WebhookAttemptRow) -> AttemptItem {
    AttemptItem {
        number: row.number,
        at: moment(row.started_at),
        outcome: outcome(row.status, row.error.as_deref()).unwrap_or_else(|| "under way".to_owned()),
        took_ms: row.ended_at.map(|end| end.since(row.started_at).as_millis().to_string()),
        answer: row.answer.clone(),
    }
}

/// `503`, or why there is no status.
fn outcome(status: Option<u16>, error: Option<&str>) -> Option<String> {
    error.map(str::to_owned).or_else(|| status.map(|status| status.to_string()))
}

/// An address that not everything is sent to.
fn trouble(row: &WebhookEndpointRow) -> Option<EndpointItem> {
    let (tone, state) = match (row.circuit.state, row.circuit.disabled) {
        (CircuitState::Closed, _) => return None,
        (CircuitState::Disabled, Some((_, DisabledReason::Gone))) => (Tone::Bad, "Disabled: it answered 410, which says that it is gone"),
        (CircuitState::Disabled, _) => (Tone::Bad, "Disabled: every attempt failed for five days"),
        (CircuitState::Open | CircuitState::HalfOpen, _) => (Tone::Warn, "Fails, and is left alone for a while"),
    };
    Some(EndpointItem {
        id: row.id.to_string(),
        url: row.url.clone(),
        tone,
        state: state.to_owned(),
        since: row.circuit.failing_since.map(moment),
        until: row.circuit.open_until.map(moment),
        deferred: row.deferred,
    })
}
