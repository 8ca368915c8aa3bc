//! The list, filtered.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;
use syncline_console::pages::{Action, Cell, Column, Empty, Filter, Filters, Frame, IncomingPage, Pager, Section, Table};
use syncline_domain::{IncomingWebhookState, IntegrationKey};
use syncline_store::{IncomingFilter, IncomingWebhookRow};

use super::words;
use crate::console::environment::Here;
use crate::console::form::Asked;
use crate::console::link::link;
use crate::console::notice;
use crate::console::refusal::Refusal;
use crate::console::state::Console;
use crate::console::times::Times;

/// A screen or two.
pub(super) const PER_PAGE: u32 = 50;

/// Newest first.
pub(in crate::console) async fn handle(State(console): State<Arc<Console>>, here: Here, asked: Asked) -> Result<Html<String>, Refusal> {
    let given = |name: &str| Some(asked.get(name)).filter(|value| !value.is_empty() && !value.contains('\0'));
    let times = Times::of(&asked);
    let range = times.range(console.now());
    let filter = IncomingFilter {
        environment: here.environment,
        integration: given("integration").and_then(|key| IntegrationKey::new(key).ok()),
        state: given("state").and_then(IncomingWebhookState::parse),
        event: given("event").map(str::to_owned),
        since: range.as_ref().ok().and_then(|range| range.since),
        until: range.as_ref().ok().and_then(|range| range.until),
        before: given("before").and_then(|id| id.parse().ok()),
        // One more tells whether a page follows.
        limit: PER_PAGE + 1,
    };
    // What is no time finds nothing, instead of everything.
    let mut rows = if range.is_ok() { console.app.store.incoming_webhooks().list(filter.clone()).await? } else { Vec::new() };
    let more = rows.len() > PER_PAGE as usize;
    rows.truncate(PER_PAGE as usize);
    let integrations = console.app.store.integrations().list(here.environment).await?;

    let path = format!("{}/webhooks/incoming", here.home());
    let narrowed = [
        ("integration", filter.integration.as_ref().map_or("", IntegrationKey::as_str)),
        ("state", filter.state.map_or("", IncomingWebhookState::as_str)),
        ("event", filter.event.as_deref().unwrap_or_default()),
    ];
    let address = |before: &str| link(&path, &[narrowed.as_slice(), &times.query(), &[("before", before)]].concat());
    let [(_, integration), (_, state), (_, event)] = narrowed;
    let filters = Filters {
        path: path.clone(),
        fields: vec![
            Filter::choice("integration", "Integration", integration, integrations.iter().map(|row| (row.key.as_str(), row.key.as_str()))),
            Filter::choice("state", "State", state, words::STATES.map(|(state, word)| (state.as_str(), word))),
            Filter::text("event", "Type", event, "push"),
        ]
        .into_iter()
        .chain(times.filters())
        .collect(),
    };
    let ids: Vec<String> = rows.iter().filter(|row| words::can_be_replayed(row)).map(|row| row.id.to_string()).collect();
    let replay = (!ids.is_empty()).then(|| Action::ask(format!("{path}/replay?ids={}", ids.join(",")), "Replay these…", "webhooks"));
    let page = IncomingPage {
        frame: Frame { notice: notice::of(&asked), ..here.frame(Section::Webhooks) },
        empty: match range {
            Ok(_) => empty(&here, filters.is_used()),
            Err(defect) => Empty::new("This cannot be looked for", defect),
        },
        table: (!rows.is_empty()).then(|| table(&path, &rows)),
        replay,
        pager: Pager {
            label: "Pages of received webhooks".to_owned(),
            newest: filter.before.map(|_| address("")),
            older: rows.last().filter(|_| more).map(|row| address(&row.id.to_string())),
        },
        filters,
    };
    Ok(Html(page.render()))
}

fn table(path: &str, rows: &[IncomingWebhookRow]) -> Table {
    let row = |row: &IncomingWebhookRow| {
        vec![
            Cell::link(format!("{path}/{}", row.id), row.event.clone().unwrap_or_else(|| "no type".to_owned())),
            Cell::code(row.integration_key.to_string()),
            Cell::Badge(words::state(row)),
            Cell::Number(row.connections),
            Cell::Number(row.runs),
            Cell::Moment(words::moment(row.received_at)),
        ]
    };
    Table {
        caption: "Received webhooks".to_owned(),
        columns: vec![
            Column::new("Type"),
            Column::new("Integration"),
            Column::new("State"),
            Column::number("Connections"),
            Column::number("Runs"),
            Column::new("Received"),
        ],
        rows: rows.iter().map(row).collect(),
    }
}

fn empty(here: &Here, is_narrowed: bool) -> Empty {
    if is_narrowed {
        return Empty::new("No webhook fits", "None of the last 15 days is what you chose. Clear a filter to see others.");
    }
    let text = "Each integration has a webhook URL. Enter it at the provider, and what the provider tells appears here.";
    Empty::new("No webhooks yet", text).with_link(format!("{}/integrations", here.home()), "Integrations")
}
