//! `/console/{environment}/logs/{operation}`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;
use serde_json::{Map, Value};
use syncline_console::pages::{Cell, Facts, JsonBlock, MessageItem, Moment, OperationPage, Section};
use syncline_domain::{ConnectionRef, OperationState, RunId, Timestamp};
use syncline_store::{LineKind, LogRow, OperationRow};

use super::list::took;
use super::words;
use crate::console::environment::Here;
use crate::console::form::Asked;
use crate::console::link::link;
use crate::console::refusal::Refusal;
use crate::console::state::Console;

/// More than most operations have, and few enough to be read.
const PER_PAGE: u32 = 200;

/// One operation, with a page of its messages.
pub(in crate::console) async fn handle(State(console): State<Arc<Console>>, here: Here, asked: Asked) -> Result<Html<String>, Refusal> {
    let unknown = || {
        let advice = "It may be older than what is kept, or of another environment.";
        Refusal::new(http::StatusCode::NOT_FOUND, "There is no such operation", advice)
    };
    let id = here.param("operation").parse().map_err(|_| unknown())?;
    let row = console.app.store.operations().lookup(here.environment, id).await?.ok_or_else(unknown)?;
    let after = asked.get("after").parse().unwrap_or(0_i64).max(0);
    let mut messages = messages(&console, &row, after).await?;
    let more = messages.len() > PER_PAGE as usize;
    messages.truncate(PER_PAGE as usize);
    let last = messages.last().map(|(seq, _)| *seq);
    let (home, path) = (here.home(), format!("{}/logs/{}", here.home(), row.id));
    let is_live = matches!(row.state, OperationState::Waiting | OperationState::Running);
    let page = OperationPage {
        frame: here.frame(Section::Logs),
        back: format!("{home}/logs"),
        poll: (is_live && !more).then(|| link(&path, &[("after", asked.get("after"))])),
        kind: words::kind(row.kind),
        state: words::state(row.state),
        summary: row.summary.clone(),
        id: row.id.to_string(),
        run: row.is_run.then(|| (format!("{home}/runs/{}", row.id), "Show the run".to_owned())),
        facts: facts(&console, &here, &row).await?,
        details: details(row.detail.as_deref()),
        messages: messages.into_iter().map(|(_, message)| message).collect(),
        more: last.filter(|_| more).map(|last| link(&path, &[("after", &last.to_string())])),
    };
    Ok(Html(page.render()))
}

/// One more than a page has, each with its number.
async fn messages(console: &Console, row: &OperationRow, after: i64) -> Result<Vec<(i64, MessageItem)>, Refusal> {
    let store = &console.app.store;
    let message = |at: Timestamp, level: String, text: String, detail: Option<String>| MessageItem {
        at: moment(at),
        tone: words::tone(&level),
        level,
        text,
        detail: detail.map(|detail| JsonBlock::new("Details", &detail)),
    };
    if row.is_run {
        let lines = store.run_logs().list(RunId(row.id.0), after, PER_PAGE + 1).await?.into_iter();
        let line = |LogRow { seq, line }: LogRow| {
            let told = message(line.at, line.level, line.message, line.fields);
            // As in the run's timeline.
            let level = if line.kind == LineKind::Log { told.level } else { line.kind.as_str().to_owned() };
            (seq, MessageItem { level, ..told })
        };
        return Ok(lines.map(line).collect());
    }
    let rows = store.operations().messages(row.id, after, PER_PAGE + 1).await?.into_iter();
    Ok(rows.map(|row| (row.seq, message(row.at, row.level, row.message, row.detail))).collect())
}

async fn facts(console: &Console, here: &Here, row: &OperationRow) -> Result<Facts, Refusal> {
    let home = here.home();
    let mut connection = None;
    if let Some(name) = &row.connection {
        let found = match &row.integration {
            Some(integration) => {
                let of = ConnectionRef { integration: integration.clone(), connection: name.clone() };
                console.app.store.connections().lookup_row_id(here.environment, &of).await?
            }
            None => None,
        };
        let others = Cell::link(link(&format!("{home}/logs"), &[("connection", name.as_str())]), "what else happened on it");
        connection = Some(Cell::Lines(vec![
            match found {
                Some(id) => Cell::link(format!("{home}/connections/{id}"), name.to_string()),
                // It may have been deleted since.
                None => Cell::code(name.to_string()),
            },
            others,
        ]));
    }
    let function = row
        .function
        .as_ref()
        .map(|function| Cell::link(link(&format!("{home}/logs"), &[("function", function.as_str())]), function.to_string()));
    Ok(Facts::default()
        .and("Began", Cell::Moment(moment(row.started_at)))
        .and_some("Ended", row.finished_at.map(|at| Cell::Moment(moment(at))))
        .and_some("Took", row.finished_at.map(|end| Cell::text(took(end.since(row.started_at).as_millis()))))
        .and_some("Integration", row.integration.as_ref().map(|key| Cell::code(key.to_string())))
        .and_some("Connection", connection)
        .and_some("Function", function)
        .and_some("By", row.actor.clone().map(Cell::Text))
        .and("Id", Cell::code(row.id.to_string())))
}

/// What is known besides, a block for each part.
fn details(text: Option<&str>) -> Vec<JsonBlock> {
    let mut fields: Map<String, Value> = text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let mut block = |name: &str, label: &str| {
        let value = fields.remove(name).filter(|value| !value.is_null())?;
        Some(JsonBlock::new(label, &value.to_string()).open())
    };
    let blocks = [block("error", "Error"), block("request", "Request"), block("response", "Answer"), block("meta", "More")];
    blocks.into_iter().flatten().collect()
}

fn moment(at: Timestamp) -> Moment {
    Moment::new(at.to_millis_z()).precise()
}
