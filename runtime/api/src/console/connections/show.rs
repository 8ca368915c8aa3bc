//! `/console/{environment}/connections/{row}`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;
use syncline_console::pages::{
    Action, Badge, Block, Cell, Column, Detail, Empty, Facts, Field, FieldKind, Form, Frame, JsonBlock, Look, Part, Section, Table, Tone,
};
use syncline_domain::{OperationKind, OperationState, SyncState};
use syncline_store::{CollectionCounts, ConnectionRow, OperationFilter, OperationRow, SyncRow};

use crate::console::connections::find;
use crate::console::connections::item::{item, moment};
use crate::console::connections::syncs::title;
use crate::console::environment::Here;
use crate::console::form::Asked;
use crate::console::integrations::name;
use crate::console::link::link;
use crate::console::notice;
use crate::console::refusal::Refusal;
use crate::console::state::Console;
use crate::console::words::{bytes, duration, run_state};

/// What happened lately, in short; the rest is a link away.
const OPERATIONS: u32 = 10;

/// One connection.
pub(in crate::console) async fn handle(State(console): State<Arc<Console>>, here: Here, asked: Asked) -> Result<Html<String>, Refusal> {
    let row = find::in_path(&console, &here).await?;
    let metadata = row.metadata.clone().unwrap_or_else(|| "{}".to_owned());
    let frame = Frame { notice: notice::of(&asked), ..here.frame(Section::Connections) };
    Ok(Html(page(&console, &here, frame, &row, metadata, None).await?.render()))
}

/// The page; with metadata as somebody entered it and what is wrong with that.
pub(super) async fn page(
    console: &Console,
    here: &Here,
    frame: Frame,
    row: &ConnectionRow,
    metadata: String,
    problem: Option<String>,
) -> Result<Detail, Refusal> {
    let store = &console.app.store;
    let integration = store.integrations().lookup(here.environment, &row.integration_key).await?;
    let integration = integration.map_or_else(|| row.integration_key.to_string(), |row| name(console, &row));
    let shown = item(console, row, integration.clone());
    let syncs = store.syncs().list_for_connection(row.id).await?;
    let counts = store.records().counts(row.id).await?;
    let operations = store.operations().list(lately(row, None)).await?.rows;
    let refreshes = store.operations().list(lately(row, Some(OperationKind::AuthRefreshToken))).await?.rows;
    let path = format!("{}/connections/{}", here.home(), row.id);
    let wants_reconnect = shown.state.wants_reconnect;
    let mut blocks = Vec::new();
    if let Some(error) = &row.auth_error {
        let advice = if error.is_final {
            "Only its user can mend this: send them to your Connect UI, or choose Reconnect.".to_owned()
        } else {
            "It is tried again by itself. Choose Refresh now to try at once.".to_owned()
        };
        let facts = Facts::default()
            .and("Failed first", Cell::Moment(moment(error.first_at)))
            .and("Failed last", Cell::Moment(moment(error.last_at)))
            .and("Failures", Cell::Number(error.failures.into()))
            .and_some("Tried again", error.retry_at.map(|at| Cell::Moment(moment(at))))
            .and("Code", Cell::code(&error.code));
        let block = Block::new("Its credentials could not be renewed", Part::Text(error.message.clone()));
        blocks.push(block.saying(advice).bad().and(Part::Facts(facts)));
    }
    blocks.push(Block::new("About", Part::Facts(facts(here, row, &integration, shown.end_user.clone()))));
    blocks.push(Block::new("Syncs", syncs_part(here, &path, &syncs)));
    blocks.push(Block::new("Records", records(here, row, &counts)));
    let metadata = if here.may_develop() {
        Part::Form(metadata_form(here, &path, metadata, problem))
    } else {
        Part::Json(JsonBlock::new("Metadata as JSON", &metadata))
    };
    blocks.push(Block::new("Metadata", metadata).saying("What your product keeps with this connection. Functions read it."));
    blocks.push(Block::new(
        "Connection config",
        Part::Json(JsonBlock::new("What the provider's addresses are made with", &row.connection_config)),
    ));
    if !refreshes.is_empty() || row.refresh_at.is_some() {
        let all = link(&format!("{}/logs", here.home()), &[("type", "auth"), ("connection", row.name.as_str())]);
        let lead =
            format!("The latest {OPERATIONS}. An account whose credentials cannot be renewed is listed as one that needs attention.");
        let block = Block::new("Refreshes", refreshes_part(here, &refreshes)).saying(lead);
        blocks.push(block.and(Part::Facts(Facts::default().and("More", Cell::link(all, "Everything about its authorization")))));
    }
    blocks.push(Block::new("Recent operations", operations_part(here, &operations)));
    let about = row.name.as_str();
    let mut actions = Vec::new();
    if wants_reconnect {
        actions.push(Action::post(format!("{path}/reconnect"), &here.csrf(), "Reconnect", about).looking(Look::Primary));
    }
    actions.push(Action::post(format!("{path}/test"), &here.csrf(), "Test", about));
    if row.expires_at.is_some() || row.auth_error.is_some() {
        actions.push(Action::post(format!("{path}/refresh"), &here.csrf(), "Refresh now", about));
    }
    if !wants_reconnect {
        actions.push(Action::post(format!("{path}/reconnect"), &here.csrf(), "Reconnect", about));
    }
    if here.may_develop() {
        actions.push(Action::post(format!("{path}/credentials"), &here.csrf(), "Show credentials", about));
        actions.push(Action::ask(format!("{path}/disconnect"), "Disconnect", about).looking(Look::Danger));
    }
    Ok(Detail {
        frame,
        back: Some((format!("{}/connections", here.home()), "All connections".to_owned())),
        title: row.name.to_string(),
        badge: Some(Badge::new(shown.state.tone, shown.state.text)),
        lead: format!("An account at {integration}."),
        actions,
        tabs: None,
        blocks,
    })
}

fn lately(row: &ConnectionRow, kind: Option<OperationKind>) -> OperationFilter {
    let names = kind.map(OperationKind::names);
    OperationFilter {
        environment: row.environment,
        kind: names.map(|(kind, _)| kind.to_owned()),
        action: names.map(|(_, action)| action.to_owned()),
        state: None,
        integration: Some(row.integration_key.clone()),
        connection: Some(row.name.clone()),
        function: None,
        since: None,
        until: None,
        text: None,
        before: None,
        limit: OPERATIONS,
    }
}

fn facts(here: &Here, row: &ConnectionRow, integration: &str, end_user: Option<String>) -> Facts {
    let others = |name: &str, value: &str, text: &str| Cell::link(link(&format!("{}/connections", here.home()), &[(name, value)]), text);
    let tags: Vec<_> = row.tags.iter().map(|(name, value)| format!("{name}: {value}")).map(|tag| others("tag", &tag, &tag)).collect();
    let organization = row.end_user.as_ref().and_then(|user| user.organization.as_ref());
    let runs = link(&format!("{}/runs", here.home()), &[("connection", row.name.as_str()), ("integration", row.integration_key.as_str())]);
    Facts::default()
        .and("Integration", Cell::link(format!("{}/integrations/{}", here.home(), row.integration_key), integration))
        .and("Signs in by", Cell::text(row.auth_mode.as_str()))
        .and_some("Connected by", end_user.map(Cell::Text))
        .and_some("User’s id", row.end_user.as_ref().map(|user| others("user", &user.id, &user.id)))
        .and_some("Organization", organization.map(|of| Cell::text(of.display_name.as_ref().unwrap_or(&of.id))))
        .and_some("Tags", (!tags.is_empty()).then_some(Cell::Row(tags)))
        .and("Connected", Cell::Moment(moment(row.created_at)))
        .and("Changed", Cell::Moment(moment(row.updated_at)))
        .and_some("Credentials end", row.expires_at.map(|at| Cell::Moment(moment(at))))
        .and_some("Renewed next", row.refresh_at.map(|at| Cell::Moment(moment(at))))
        .and_some("Credentials read over the API", row.last_fetched_at.map(|at| Cell::Moment(moment(at))))
        .and("Runs", Cell::link(runs, "Its runs"))
}

fn syncs_part(here: &Here, path: &str, syncs: &[SyncRow]) -> Part {
    if syncs.is_empty() {
        return Part::Empty(Empty::new("No syncs", "Deploy a sync to its integration, and it runs on this connection."));
    }
    let row = |sync: &SyncRow| {
        let last = sync.last_run.as_ref().map(|run| {
            let at = Cell::link(format!("{}/runs/{}", here.home(), run.id), moment(run.started_at).text());
            Cell::Lines(vec![Cell::Badge(run_state(run.state)), at])
        });
        vec![
            Cell::link(format!("{path}/syncs/{}", sync.id), title(sync)),
            Cell::Badge(sync_state(sync.state)),
            last.unwrap_or(Cell::Nothing),
            Cell::moment(sync.next_run_at.filter(|_| sync.state == SyncState::Started).map(moment)),
            Cell::Actions(commands(here, path, sync)),
        ]
    };
    Part::Table(Table {
        caption: "Syncs of this connection".to_owned(),
        columns: ["Sync", "Schedule", "Last run", "Next run", "Do"].map(Column::new).to_vec(),
        rows: syncs.iter().map(row).collect(),
    })
}

pub(super) fn sync_state(state: SyncState) -> Badge {
    match state {
        SyncState::Started => Badge::new(Tone::Good, "On"),
        SyncState::Paused => Badge::new(Tone::Plain, "Paused"),
    }
}

/// What can be done with a sync from a list.
pub(super) fn commands(here: &Here, path: &str, sync: &SyncRow) -> Vec<Action> {
    let command = |which: &str, label: &str| Action::post(format!("{path}/syncs/{}/{which}", sync.id), &here.csrf(), label, title(sync));
    let schedule = match sync.state {
        SyncState::Started => command("pause", "Pause"),
        SyncState::Paused => command("start", "Start"),
    };
    let schedule = here.may_develop().then_some(schedule);
    std::iter::once(command("run", "Run now")).chain(schedule).collect()
}

fn records(here: &Here, connection: &ConnectionRow, counts: &[CollectionCounts]) -> Part {
    if counts.is_empty() {
        return Part::Empty(Empty::new("No records yet", "A sync saves them at its first run."));
    }
    let row = |of: &CollectionCounts| {
        let place = format!("{}/records/{}/{}/{}", here.home(), connection.id, of.model, of.variant);
        vec![
            Cell::link(place, of.model.as_str()),
            Cell::code(of.variant.as_str()),
            Cell::Number(of.records),
            Cell::Text(bytes(of.size_bytes)),
        ]
    };
    Part::Table(Table {
        caption: "Records by model".to_owned(),
        columns: vec![Column::new("Model"), Column::new("Variant"), Column::number("Records"), Column::number("Size")],
        rows: counts.iter().map(row).collect(),
    })
}

fn metadata_form(here: &Here, path: &str, metadata: String, problem: Option<String>) -> Form {
    let field = Field {
        help: "A JSON object. It replaces what is there.".to_owned(),
        value: metadata,
        example: "{}".to_owned(),
        kind: FieldKind::Long,
        problem,
        ..Field::new("metadata", "Metadata as JSON")
    };
    Form { action: format!("{path}/metadata"), csrf: here.csrf(), fields: vec![field], verb: "Save metadata".to_owned() }
}

/// What the provider said each time that its token was to be renewed.
fn refreshes_part(here: &Here, operations: &[OperationRow]) -> Part {
    if operations.is_empty() {
        return Part::Empty(Empty::new("Not renewed yet", "The credentials are renewed before they end, and each time is noted here."));
    }
    let row = |operation: &OperationRow| {
        let took = operation.finished_at.map(|end| duration(end.since(operation.started_at)));
        vec![
            Cell::link(format!("{}/logs/{}", here.home(), operation.id), &operation.summary),
            Cell::Badge(operation_state(operation.state)),
            Cell::Moment(moment(operation.started_at)),
            took.map_or(Cell::Nothing, Cell::Text),
        ]
    };
    Part::Table(Table {
        caption: "When its credentials were renewed, newest first".to_owned(),
        columns: ["What", "Outcome", "When", "Took"].map(Column::new).to_vec(),
        rows: operations.iter().map(row).collect(),
    })
}

fn operation_state(state: OperationState) -> Badge {
    match state {
        OperationState::Succeeded => Badge::new(Tone::Good, "Succeeded"),
        OperationState::Failed | OperationState::Lost => Badge::new(Tone::Bad, "Failed"),
        OperationState::Running => Badge::new(Tone::Live, "Running"),
        other => Badge::new(Tone::Plain, other.as_str()),
    }
}

fn operations_part(here: &Here, operations: &[OperationRow]) -> Part {
    if operations.is_empty() {
        return Part::Empty(Empty::new("Nothing yet", "Requests through the proxy, runs, refreshes and tests appear here."));
    }
    let row = |operation: &OperationRow| {
        let summary = if operation.is_run {
            Cell::link(format!("{}/runs/{}", here.home(), operation.id), &operation.summary)
        } else {
            Cell::link(format!("{}/logs/{}", here.home(), operation.id), &operation.summary)
        };
        let state = operation_state(operation.state);
        let by = operation.actor.as_ref().map_or(Cell::Nothing, Cell::text);
        vec![summary, Cell::text(operation.kind.to_string()), Cell::Badge(state), by, Cell::Moment(moment(operation.started_at))]
    };
    Part::Table(Table {
        caption: "What happened on this connection, newest first".to_owned(),
        columns: ["What", "Kind", "State", "By", "When"].map(Column::new).to_vec(),
        rows: operations.iter().map(row).collect(),
    })
}
