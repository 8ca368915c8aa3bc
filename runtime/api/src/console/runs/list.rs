//! `/console/{environment}/runs`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;
use syncline_console::pages::{Cell, Column, Empty, Filter, Filters, Frame, Listing, Live, Pager, Section, Table};
use syncline_domain::{ConnectionName, FunctionName, IntegrationKey, RunId, RunState};
use syncline_store::{RunRow, RunSearch};

use super::waiting;
use crate::console::environment::Here;
use crate::console::form::Asked;
use crate::console::link::link;
use crate::console::notice;
use crate::console::refusal::Refusal;
use crate::console::state::Console;
use crate::console::times::{Range, Times};
use crate::console::words::{changes, duration, moment, run_state};

/// A screen or two.
pub(super) const PER_PAGE: u32 = 50;
pub(super) const STATES: [(&str, &str); 7] = [
    (waiting::NAME, "Waiting"),
    ("running", "Running"),
    ("succeeded", "Succeeded"),
    ("failed", "Failed"),
    ("interrupted", "Interrupted"),
    ("cancelled", "Cancelled"),
    ("lost", "Worker lost"),
];

/// The list, narrowed by what the address says.
pub(in crate::console) async fn handle(State(console): State<Arc<Console>>, here: Here, asked: Asked) -> Result<Html<String>, Refusal> {
    if asked.get("state") == waiting::NAME {
        return Ok(Html(waiting::list(&console, &here, &asked).await?.render()));
    }
    let path = format!("{}/runs", here.home());
    let [state, function, connection, integration, before, live] =
        ["state", "function", "connection", "integration", "before", "live"].map(|name| asked.get(name));
    let times = Times::of(&asked);
    // A name that nothing can have finds nothing, instead of everything.
    let search = (|| {
        let Range { since, until } = times.range(console.now()).map_err(|_| Unreadable)?;
        // Ids begin with their time.
        let until = until.map(|until| RunId::new(until, [0; 10]));
        let before = some(before, |text| text.parse().ok())?;
        Ok::<_, Unreadable>(RunSearch {
            environment: here.environment,
            state: some(state, RunState::parse)?,
            function: some(function, |text| FunctionName::new(text).ok())?,
            connection: some(connection, |text| ConnectionName::new(text).ok())?,
            integration: some(integration, |text| IntegrationKey::new(text).ok())?,
            since,
            before: before.into_iter().chain(until).min(),
            limit: PER_PAGE,
        })
    })();
    let (rows, next) = match search {
        Ok(search) => {
            let page = console.app.store.runs().browse(search).await?;
            (page.rows, page.next)
        }
        Err(Unreadable) => (Vec::new(), None),
    };
    let view = |before: &str, live: &str| {
        let narrowed = [("state", state), ("function", function), ("connection", connection), ("integration", integration)];
        link(&path, &[narrowed.as_slice(), &times.query(), &[("before", before), ("live", live)]].concat())
    };
    let filters = Filters {
        path: path.clone(),
        fields: vec![
            Filter::choice("state", "State", state, STATES),
            Filter::text("function", "Function", function, "name"),
            Filter::text("connection", "Connection", connection, "connection id"),
            Filter::text("integration", "Integration", integration, "key"),
        ]
        .into_iter()
        .chain(times.filters())
        .collect(),
    };
    let older = next.map(|next| view(&next.to_string(), ""));
    let is_on = !live.is_empty();
    let page = Listing {
        frame: Frame { notice: notice::of(&asked), ..here.frame(Section::Runs) },
        title: "Runs".to_owned(),
        lead: "Every execution of a function, newest first.".to_owned(),
        tabs: None,
        empty: empty(filters.is_used() || !before.is_empty(), older.is_some(), &here),
        filters: Some(filters),
        table: table(&here, &rows),
        pager: Pager { label: "Pages of runs".to_owned(), newest: (!before.is_empty()).then(|| view("", "")), older },
        live: before.is_empty().then(|| Live { here: view("", live), other: view("", if is_on { "" } else { "1" }), is_on }),
    };
    Ok(Html(page.render()))
}

/// Something in the address that nothing can be called.
pub(super) struct Unreadable;

/// `None` for what is not asked for.
pub(super) fn some<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Unreadable> {
    if text.is_empty() { Ok(None) } else { read(text).map(Some).ok_or(Unreadable) }
}

fn empty(is_narrowed: bool, has_older: bool, here: &Here) -> Empty {
    if has_older {
        return Empty::new("None among the runs that were looked at", "A page looks through some thousand runs. Go on with Older.");
    }
    if is_narrowed {
        return Empty::new("No such runs", "No run fits what you chose.").with_link(format!("{}/runs", here.home()), "Show all runs");
    }
    let text = "A run is one execution of a sync, an action or an event function. Deploy functions, connect an account, and their runs appear here.";
    Empty::new("No runs yet", text).with_command("syncline deploy")
}

/// None where there is no row.
pub(in crate::console) fn table(here: &Here, rows: &[RunRow]) -> Option<Table> {
    let row = |run: &RunRow| {
        let connection = match &run.connection_name {
            Some(name) => Cell::link(link(&format!("{}/runs", here.home()), &[("connection", name.as_str())]), name.as_str()),
            None => Cell::Nothing,
        };
        let state = match &run.error {
            Some(error) => Cell::Lines(vec![Cell::Badge(run_state(run.state)), Cell::Muted(error.code.clone())]),
            None => Cell::Badge(run_state(run.state)),
        };
        let about = format!("{} of {}", run.kind.as_str(), run.integration_key);
        vec![
            Cell::Lines(vec![
                Cell::link(format!("{}/runs/{}", here.home(), run.id), run.function_name.as_str()),
                Cell::Muted(match &run.variant {
                    Some(variant) if !variant.is_base() => format!("{about}, variant {variant}"),
                    _ => about,
                }),
            ]),
            state,
            connection,
            Cell::Moment(moment(run.started_at)),
            run.finished_at.map_or(Cell::Nothing, |end| Cell::Text(duration(end.since(run.started_at)))),
            Cell::Text(changes(&run.counts)),
        ]
    };
    let columns = ["Function", "State", "Connection", "Began"].map(Column::new).into_iter();
    let columns = columns.chain([Column::number("Took"), Column::new("Records")]).collect();
    (!rows.is_empty()).then(|| Table { caption: "Runs, newest first".to_owned(), columns, rows: rows.iter().map(row).collect() })
}
