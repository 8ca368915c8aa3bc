//! `/console/{environment}/logs`

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use syncline_console::pages::{Cell, Column, Empty, LogsPage, Moment, Pager, Section, Table};
use syncline_domain::{OperationId, Timestamp};
use syncline_store::{OperationFilter, OperationPage, OperationRow};

use super::asked::{Question, before};
use super::words;
use crate::console::environment::Here;
use crate::console::form::Asked;
use crate::console::records::words::shortened;
use crate::console::refusal::Refusal;
use crate::console::state::Console;

/// A screen or two.
const PER_PAGE: u32 = 50;
/// Longer ones are whole on the operation's page.
const SUMMARY_CHARS: usize = 160;

/// What was looked for; while it is followed, nothing where nothing changed.
pub(in crate::console) async fn handle(State(console): State<Arc<Console>>, here: Here, asked: Asked) -> Result<Response, Refusal> {
    let (question, now) = (Question::of(&asked), console.app.clock.now());
    let is_followed = !asked.get("follow").is_empty();
    let from = before(&asked).filter(|_| !is_followed);
    let (found, problem) = match question.filter(here.environment, now, PER_PAGE) {
        Ok((severity, filter)) => {
            let filter = OperationFilter { before: from, ..filter };
            (console.app.store.operations().list_from(severity, filter).await?, None)
        }
        Err(problem) => (OperationPage { rows: Vec::new(), next: None }, Some(problem)),
    };
    let version = version(&found.rows);
    if is_followed && asked.get("seen") == version {
        // The page leaves what it shows as it is, with whatever has the focus.
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let path = format!("{}/logs", here.home());
    let is_short = found.rows.len() < PER_PAGE as usize;
    let columns = vec![Column::new("What"), Column::new("Outcome"), Column::new("When"), Column::number("Took")];
    let rows: Vec<_> = found.rows.iter().map(|row| cells(&path, row)).collect();
    let first = if from.is_some() { asked.get("before") } else { "" };
    let page = LogsPage {
        frame: here.frame(Section::Logs),
        filters: question.filters(&path),
        table: (!rows.is_empty()).then(|| Table { caption: "Operations, newest first".to_owned(), columns, rows }),
        empty: empty(&here, &question, problem, found.next.is_some()),
        looked_back_to: found.next.filter(|_| is_short).map(|next| Moment::new(begun(next).to_millis_z())),
        pager: Pager {
            label: "Pages of operations".to_owned(),
            newest: from.map(|_| question.address(&path, &[])),
            older: found.next.map(|next| question.address(&path, &[("before", &next.to_string())])),
        },
        permalink: question.permalink(&path, first, now),
        poll: is_followed.then(|| question.address(&path, &[("follow", "1"), ("seen", &version)])),
        follow: if is_followed { question.address(&path, &[]) } else { question.address(&path, &[("follow", "1")]) },
        path,
    };
    Ok(Html(page.render()).into_response())
}

fn empty(here: &Here, question: &Question, problem: Option<String>, goes_on: bool) -> Empty {
    if let Some(problem) = problem {
        return Empty::new("That cannot be looked for", problem);
    }
    if goes_on {
        let text = "Nothing so far. A rare text or kind is looked for in a part at a time: go on with older ones, or say since when and until when.";
        return Empty::new("Nothing found yet", text);
    }
    if question.is_narrow() {
        return Empty::new("Nothing found", "Take a filter away, or look further back. Names and ids are compared as they are.");
    }
    Empty::new(
        "Nothing has happened yet",
        "Runs, requests through the proxy, authorizations, webhooks and deployments are listed here as they happen.",
    )
    .with_link(format!("{}/connections", here.home()), "Connect an account")
}

fn cells(path: &str, row: &OperationRow) -> Vec<Cell> {
    let summary = shortened(&row.summary, SUMMARY_CHARS);
    let summary = if summary.trim().is_empty() { words::kind(row.kind) } else { summary };
    let place = [row.integration.as_ref().map(ToString::to_string), row.connection.as_ref().map(ToString::to_string)];
    let place = place.into_iter().flatten().collect::<Vec<_>>().join(" / ");
    let about = if place.is_empty() { words::kind(row.kind) } else { format!("{} · {place}", words::kind(row.kind)) };
    vec![
        Cell::Lines(vec![Cell::link(format!("{path}/{}", row.id), summary), Cell::Muted(about)]),
        Cell::Badge(words::state(row.state)),
        Cell::Moment(Moment::new(row.started_at.to_millis_z()).precise()),
        row.finished_at.map_or(Cell::Nothing, |end| Cell::text(took(end.since(row.started_at).as_millis()))),
    ]
}

/// `120 ms`, `1.5 s`
pub(super) fn took(ms: u128) -> String {
    if ms < 1_000 { format!("{ms} ms") } else { format!("{}.{} s", ms / 1_000, ms % 1_000 / 100) }
}

/// Ids begin with the milliseconds at which their operations did.
fn begun(id: OperationId) -> Timestamp {
    Timestamp::from_unix_micros(i64::try_from(id.0.as_u128() >> 80).unwrap_or(0).saturating_mul(1_000))
}

/// Another one when anything in the list is another.
fn version(rows: &[OperationRow]) -> String {
    let mut hasher = DefaultHasher::new();
    for row in rows {
        (row.id, row.state, row.finished_at, &row.summary).hash(&mut hasher);
    }
    format!("{:x}", hasher.finish())
}
