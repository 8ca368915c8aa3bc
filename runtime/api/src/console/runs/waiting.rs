//! `/console/{environment}/runs?state=waiting`: runs that have not begun, and why; and taking one of them back.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Redirect;
use syncline_console::pages::{Action, Cell, Column, Empty, Filter, Filters, Frame, Listing, Live, Look, Pager, Section, Table};
use syncline_domain::{ConnectionName, FunctionName, IntegrationKey, JobId, JobKind, JobState};
use syncline_store::{Wait, WaitingPage, WaitingRun, WaitingSearch};

use super::list::{PER_PAGE, STATES, some};
use crate::console::environment::Here;
use crate::console::form::Asked;
use crate::console::link::link;
use crate::console::notice;
use crate::console::refusal::Refusal;
use crate::console::state::Console;
use crate::console::words::{duration, moment};

/// In the address, among the states of runs.
pub(super) const NAME: &str = "waiting";

/// The list, in the order in which they would begin.
pub(super) async fn list(console: &Console, here: &Here, asked: &Asked) -> Result<Listing, Refusal> {
    let path = format!("{}/runs", here.home());
    let [function, connection, integration, after, live] =
        ["function", "connection", "integration", "after", "live"].map(|name| asked.get(name));
    // A name that nothing can have finds nothing, instead of everything.
    let search = || {
        Some(WaitingSearch {
            environment: here.environment,
            function: some(function, |text| FunctionName::new(text).ok()).ok()?,
            connection: some(connection, |text| ConnectionName::new(text).ok()).ok()?,
            integration: some(integration, |text| IntegrationKey::new(text).ok()).ok()?,
            after: some(after, |text| text.parse().ok()).ok()?,
            limit: PER_PAGE,
        })
    };
    let WaitingPage { rows, next } = match search() {
        Some(search) => console.app.store.jobs().waiting(search).await?,
        None => WaitingPage { rows: Vec::new(), next: None },
    };
    let view = |after: &str, live: &str| {
        let narrowed = [("state", NAME), ("function", function), ("connection", connection), ("integration", integration)];
        link(&path, &[narrowed.as_slice(), &[("after", after), ("live", live)]].concat())
    };
    let is_narrowed = !(function.is_empty() && connection.is_empty() && integration.is_empty() && after.is_empty());
    let empty = match (is_narrowed, &next) {
        (_, Some(_)) => Empty::new("None among those that were looked at", "A page looks through a thousand. Go on with Older."),
        (true, None) => {
            Empty::new("No such run waits", "None that waits fits what you chose.").with_link(view("", ""), "Show all that wait")
        }
        (false, None) => {
            Empty::new("No run waits", "Whatever is asked for begins at once, or has begun.").with_link(path.clone(), "Show all runs")
        }
    };
    let is_on = !live.is_empty();
    Ok(Listing {
        frame: Frame { notice: notice::of(asked), ..here.frame(Section::Runs) },
        title: "Runs that wait".to_owned(),
        lead: "What is asked for and has not begun: first what stands in line, then what a limit holds back, then what is for later. A paused sync asks for nothing."
            .to_owned(),
        tabs: None,
        filters: Some(Filters {
            path: path.clone(),
            fields: vec![
                Filter::choice("state", "State", NAME, STATES),
                Filter::text("function", "Function", function, "name"),
                Filter::text("connection", "Connection", connection, "connection id"),
                Filter::text("integration", "Integration", integration, "key"),
            ],
        }),
        table: table(here, &rows),
        empty,
        pager: Pager {
            label: "Pages of runs that wait".to_owned(),
            newest: (!after.is_empty()).then(|| view("", "")),
            older: next.map(|next| view(&next.to_string(), "")),
        },
        live: after.is_empty().then(|| Live { here: view("", live), other: view("", if is_on { "" } else { "1" }), is_on }),
    })
}

/// Takes one back. Over already, or begun, is as good.
pub(in crate::console) async fn cancel(State(console): State<Arc<Console>>, here: Here) -> Result<Redirect, Refusal> {
    let unknown = || Refusal::not_found("There is no such run in the queue");
    let job = JobId(here.param("job").parse().map_err(|_| unknown())?);
    let jobs = console.app.store.jobs();
    let found = jobs.lookup(job).await?;
    // One that is gone has ended meanwhile.
    let is_ours = found.as_ref().is_none_or(|row| row.environment == here.environment && row.kind.is_run());
    if !is_ours {
        return Err(unknown());
    }
    let waits = found.is_some_and(|row| row.state == JobState::Available);
    let done = if waits && jobs.cancel(job, console.now()).await? { "cancelled" } else { "over" };
    Ok(Redirect::to(&link(&format!("{}/runs", here.home()), &[("state", NAME), ("done", done)])))
}

/// None where there is no row.
fn table(here: &Here, rows: &[WaitingRun]) -> Option<Table> {
    let runs = format!("{}/runs", here.home());
    let row = |run: &WaitingRun| {
        let name = run.function.as_ref().map_or_else(|| "a function that was deleted".to_owned(), ToString::to_string);
        let kind = match run.kind {
            JobKind::RunAction => "action",
            JobKind::RunEvent => "event",
            JobKind::RunWebhook => "webhook of a sync",
            _ => "sync",
        };
        let of = run.integration.as_ref().map(|key| format!(" of {key}")).unwrap_or_default();
        let variant = run.variant.as_ref().filter(|variant| !variant.is_base()).map(|variant| format!(", variant {variant}"));
        let connection =
            run.connection.as_ref().map(|name| Cell::link(link(&runs, &[("state", NAME), ("connection", name.as_str())]), name.as_str()));
        let cancel =
            Action::post(format!("{runs}/waiting/{}/cancel", run.job), &here.csrf(), "Cancel", name.as_str()).looking(Look::Danger);
        vec![
            Cell::Lines(vec![Cell::text(name.as_str()), Cell::Muted(format!("{kind}{of}{}", variant.unwrap_or_default()))]),
            why(run),
            connection.unwrap_or(Cell::Nothing),
            Cell::Moment(moment(run.created_at)),
            Cell::Text(priority(run.kind)),
            Cell::Actions(vec![cancel]),
        ]
    };
    let columns = ["Function", "Why it waits", "Connection", "Asked for", "Priority", "Do"].map(Column::new).to_vec();
    (!rows.is_empty()).then(|| Table {
        caption: "Runs that wait, the first to begin first".to_owned(),
        columns,
        rows: rows.iter().map(row).collect(),
    })
}

fn why(run: &WaitingRun) -> Cell {
    let tries = |text: &str| match run.attempt {
        0 => Cell::Muted(text.to_owned()),
        1 => Cell::Muted(format!("{text}, after 1 try")),
        tries => Cell::Muted(format!("{text}, after {tries} tries")),
    };
    let since = Cell::Row(vec![Cell::Muted("since".to_owned()), Cell::Moment(moment(run.scheduled_at))]);
    match run.why {
        Wait::InLine => Cell::Lines(vec![Cell::text("In line for a worker"), since]),
        Wait::ConnectionLimit => Cell::Lines(vec![Cell::text("Held: as many run on its connection as may"), since]),
        Wait::FunctionLimit => Cell::Lines(vec![Cell::text("Held: as many run of its function as may"), since]),
        Wait::Later => Cell::Lines(vec![
            Cell::Row(vec![Cell::text("Not before"), Cell::Moment(moment(run.scheduled_at))]),
            tries(if run.attempt > 0 { "To be tried again" } else { "For later" }),
        ]),
    }
}

/// How far ahead of what was due with it.
fn priority(kind: JobKind) -> String {
    match kind.head_start() {
        ahead if ahead.is_zero() => "none".to_owned(),
        ahead => format!("{} ahead", duration(ahead)),
    }
}
