//! One webhook, with what it holds and what became of it.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;
use syncline_console::pages::{Action, Badge, Cell, Column, Facts, Frame, IncomingWebhookPage, JsonBlock, Look, Section, Table, Tone};
use syncline_domain::{IncomingWebhookState, RunState};
use syncline_store::{IncomingWebhookRow, RunRow};

use super::words;
use crate::console::environment::Here;
use crate::console::form::Asked;
use crate::console::integrations::words::provider;
use crate::console::notice;
use crate::console::refusal::Refusal;
use crate::console::state::Console;
use crate::incoming::wire;

/// Of one webhook; one that was for more connections says so in its count.
const RUNS: u32 = 100;

/// The page.
pub(in crate::console) async fn handle(State(console): State<Arc<Console>>, here: Here, asked: Asked) -> Result<Html<String>, Refusal> {
    let row = find(&console, &here, here.param("id")).await?;
    let content = console.app.store.incoming_webhooks().content(row.id).await?.ok_or_else(unknown)?;
    let runs = console.app.store.runs().of_webhook(row.id, RUNS).await?;
    let waits_for =
        if row.state == IncomingWebhookState::Parked { console.app.store.incoming_webhooks().waits_for(row.id).await? } else { Vec::new() };
    let provider = provider(&console, &row.provider);
    let shown = wire::shown(&row, content);
    let pairs =
        |pairs: Vec<(String, String)>| pairs.into_iter().fold(Facts::default(), |facts, (name, value)| facts.and(&name, Cell::code(value)));
    let replay = words::can_be_replayed(&row).then(|| {
        let path = format!("{}/webhooks/incoming/{}/replay", here.home(), row.id);
        Action::post(path, &here.csrf(), "Replay", "this webhook").looking(Look::Primary)
    });
    let page = IncomingWebhookPage {
        frame: Frame { notice: notice::of(&asked), ..here.frame(Section::Webhooks) },
        title: row.event.as_ref().map_or_else(|| format!("Webhook from {provider}"), |event| format!("{event} from {provider}")),
        state: words::state(&row),
        meaning: words::meaning(&row),
        replay,
        facts: facts(&here, &row, &shown.method),
        waits_for: (!waits_for.is_empty()).then(|| waits(&waits_for)),
        runs: (!runs.is_empty()).then(|| table(&here, &runs)),
        forwards: (row.forwards > 0).then(|| (row.forwards, format!("{}/webhooks/deliveries?kind=forward", here.home()))),
        payload: shown.payload.map(|payload| JsonBlock::new("Payload", &payload).open()),
        headers: pairs(shown.headers),
        query: pairs(shown.query),
    };
    Ok(Html(page.render()))
}

pub(super) async fn find(console: &Console, here: &Here, id: &str) -> Result<IncomingWebhookRow, Refusal> {
    let id = id.parse().map_err(|_| unknown())?;
    let row = console.app.store.incoming_webhooks().lookup(id).await?;
    row.filter(|row| row.environment == here.environment).ok_or_else(unknown)
}

pub(super) fn unknown() -> Refusal {
    Refusal::not_found("There is no such webhook; they are kept for 15 days")
}

fn facts(here: &Here, row: &IncomingWebhookRow, method: &str) -> Facts {
    let verified = if row.verified {
        Badge::new(Tone::Good, "Proved by its signature")
    } else {
        Badge::new(Tone::Warn, "Not proved: this provider signs nothing")
    };
    let key: String = url::form_urlencoded::byte_serialize(row.integration_key.as_str().as_bytes()).collect();
    Facts::default()
        .and(
            "Integration",
            Cell::link(format!("{}/integrations/{}", here.home(), key.replace('+', "%20")), row.integration_key.to_string()),
        )
        .and("Received", Cell::Moment(words::moment(row.received_at)))
        .and("Routed", Cell::moment(row.routed_at.map(words::moment)))
        .and("Where it comes from", Cell::Badge(verified))
        .and("Id", Cell::code(row.id.to_string()))
        .and_some("Id at the provider", row.delivery_id.clone().map(Cell::Code))
        .and("Method", Cell::code(method))
        .and("Size", Cell::text(words::counted(row.size_bytes, "byte")))
        .and("Connections", Cell::Number(row.connections))
        .and("Replayed", Cell::text(words::counted(row.replays, "time")))
}

fn waits(fields: &[(String, String)]) -> Table {
    Table {
        caption: "What it waits for".to_owned(),
        columns: vec![Column::new("Field"), Column::new("Value")],
        rows: fields.iter().map(|(field, value)| vec![Cell::code(field.as_str()), Cell::code(value.as_str())]).collect(),
    }
}

fn table(here: &Here, runs: &[RunRow]) -> Table {
    let row = |run: &RunRow| {
        let (tone, word) = match run.state {
            RunState::Running => (Tone::Live, "Running"),
            RunState::Succeeded => (Tone::Good, "Succeeded"),
            RunState::Failed => (Tone::Bad, "Failed"),
            RunState::Interrupted => (Tone::Warn, "Interrupted"),
            RunState::Cancelled => (Tone::Plain, "Cancelled"),
            RunState::Lost => (Tone::Warn, "Lost"),
        };
        vec![
            Cell::link(format!("{}/runs/{}", here.home(), run.id), run.function_name.to_string()),
            run.connection_name.as_ref().map_or(Cell::Nothing, |name| Cell::code(name.to_string())),
            Cell::Badge(Badge::new(tone, word)),
            Cell::Moment(words::moment(run.started_at)),
        ]
    };
    Table {
        caption: "Runs that it caused".to_owned(),
        columns: vec![Column::new("Function"), Column::new("Connection"), Column::new("State"), Column::new("Started")],
        rows: runs.iter().map(row).collect(),
    }
}
