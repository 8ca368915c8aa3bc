//! `/console/{environment}/connections/{row}/syncs/{sync}`: one sync of a connection, and what can be done with it.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::StatusCode;
use serde_json::json;
use syncline_console::pages::{
    Action, Block, Cell, Detail, Empty, Facts, Field, Form as Entry, Frame, JsonBlock, Look, Part, Removal, Section,
};
use syncline_domain::{Frequency, OperationKind, SyncId, SyncState, Trigger};
use syncline_store::{ConnectionRow, FunctionRow, RunSearch, SyncRow, TriggerSync, Triggered};

use crate::console::connections::show::{commands, sync_state};
use crate::console::connections::{find, item::moment, variants};
use crate::console::environment::Here;
use crate::console::form::{Asked, Form};
use crate::console::refusal::Refusal;
use crate::console::request::Wanted;
use crate::console::state::Console;
use crate::console::{notice, runs};
use crate::syncs::schedule::next_due;

const RUNS: u32 = 10;

/// A sync of the path, with what it is of.
pub(super) struct Found {
    pub(super) connection: ConnectionRow,
    pub(super) sync: SyncRow,
    function: FunctionRow,
    /// Of its page.
    pub(super) path: String,
}

impl Found {
    /// `contacts`, or `contacts::eu` of a variant.
    pub(super) fn title(&self) -> String {
        title(&self.sync)
    }
}

/// As the API takes it, too.
pub(super) fn title(sync: &SyncRow) -> String {
    if sync.variant.is_base() { sync.name.to_string() } else { format!("{}::{}", sync.name, sync.variant) }
}

/// Its page.
pub(in crate::console) async fn show(State(console): State<Arc<Console>>, here: Here, asked: Asked) -> Result<Html<String>, Refusal> {
    let found = find(&console, &here).await?;
    let frame = Frame { notice: notice::of(&asked), ..here.frame(Section::Connections) };
    Ok(Html(page(&console, &here, frame, &found, Entered::default()).await?.render()))
}

/// Runs it as soon as a worker is free.
pub(in crate::console) async fn run(State(console): State<Arc<Console>>, here: Here) -> Result<Redirect, Refusal> {
    trigger(&console, &here, false).await
}

/// Says what a full resync does, and asks whether that is meant.
pub(in crate::console) async fn ask_resync(
    State(console): State<Arc<Console>>,
    here: Here,
    wanted: Wanted,
) -> Result<Html<String>, Refusal> {
    let Found { sync, path, .. } = find(&console, &here).await?;
    let page = Removal {
        frame: here.frame(Section::Connections),
        title: format!("Read everything of {} again?", title(&sync)),
        subject: sync.connection_name.to_string(),
        losses: vec![
            "A run that is under way is cancelled.".to_owned(),
            "It forgets its checkpoint and reads all of its data from the provider, which can take long and uses up rate limits."
                .to_owned(),
            "Records stay; only those that differ count as changed.".to_owned(),
        ],
        action: format!("{path}/resync"),
        verb: "Read everything again".to_owned(),
        back: path,
        is_dialog: wanted == Wanted::Part,
    };
    Ok(Html(page.render()))
}

/// Forgets what it remembers, and runs it.
pub(in crate::console) async fn resync(State(console): State<Arc<Console>>, here: Here) -> Result<Redirect, Refusal> {
    trigger(&console, &here, true).await
}

/// Turns its schedule on.
pub(in crate::console) async fn start(State(console): State<Arc<Console>>, here: Here) -> Result<Redirect, Refusal> {
    let found = find(&console, &here).await?;
    if found.sync.state == SyncState::Paused {
        let now = console.now();
        let next = next_due(&found.sync, &found.function.definition, found.sync.frequency_override.as_deref(), now);
        console.app.store.syncs().set_state(found.sync.id, SyncState::Started, next).await?;
        note(&console, &found, OperationKind::SyncUnpause, "started");
    }
    Ok(back(&here, &found, "started"))
}

/// Turns its schedule off, and cancels what runs.
pub(in crate::console) async fn pause(State(console): State<Arc<Console>>, here: Here) -> Result<Redirect, Refusal> {
    let found = find(&console, &here).await?;
    if found.sync.state == SyncState::Started {
        console.app.store.syncs().pause_now(found.sync.id, console.now()).await?;
        note(&console, &found, OperationKind::SyncPause, "paused");
    }
    Ok(back(&here, &found, "paused"))
}

/// Gives it a frequency of its own, or takes that back.
pub(in crate::console) async fn frequency(State(console): State<Arc<Console>>, here: Here, form: Form) -> Result<Response, Refusal> {
    let found = find(&console, &here).await?;
    let entered = form.get("frequency");
    let text = match entered {
        "" => None,
        text => match Frequency::parse(text) {
            Ok(frequency) => Some(frequency.text().to_owned()),
            Err(defect) => {
                let frame = here.frame(Section::Connections);
                let entered =
                    Entered { frequency: Some(entered.to_owned()), frequency_problem: Some(format!("{defect}.")), ..Entered::default() };
                let page = page(&console, &here, frame, &found, entered).await?;
                return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render())).into_response());
            }
        },
    };
    let next = next_due(&found.sync, &found.function.definition, text.as_deref(), console.now());
    console.app.store.syncs().set_frequency(found.sync.id, text, next).await?;
    Ok(Redirect::to(&format!("{}?done=saved", found.path)).into_response())
}

pub(super) async fn find(console: &Console, here: &Here) -> Result<Found, Refusal> {
    let unknown = || Refusal::not_found("This sync does not exist");
    let connection = find::in_path(console, here).await?;
    let id: SyncId = here.param("sync").parse().map_err(|_| unknown())?;
    let sync = console.app.store.syncs().lookup_by_id(id).await?.filter(|sync| sync.connection == connection.id).ok_or_else(unknown)?;
    let function = console.app.store.functions().lookup(sync.function).await?.ok_or_else(unknown)?;
    let path = format!("{}/connections/{}/syncs/{}", here.home(), connection.id, sync.id);
    Ok(Found { connection, sync, function, path })
}

async fn trigger(console: &Console, here: &Here, reset: bool) -> Result<Redirect, Refusal> {
    let found = find(console, here).await?;
    let how = TriggerSync { reset, empty_cache: false, trigger: Trigger::Api, now: console.now() };
    let done = match console.app.store.syncs().trigger(found.sync.id, how).await? {
        Triggered::Enqueued(_) => "asked",
        Triggered::AlreadyActive => "active",
        Triggered::Unknown => return Err(Refusal::not_found("This sync does not exist")),
    };
    let (kind, did) = if reset {
        (OperationKind::SyncRequestRunFull, "asked for a run from the beginning of")
    } else {
        (OperationKind::SyncRequestRun, "asked for a run of")
    };
    note(console, &found, kind, did);
    Ok(Redirect::to(&format!("{}?done={done}", found.path)))
}

fn back(here: &Here, found: &Found, done: &str) -> Redirect {
    Redirect::to(&format!("{}/connections/{}?done={done}", here.home(), found.connection.id))
}

pub(super) fn note(console: &Console, found: &Found, kind: OperationKind, did: &str) {
    let note = console.app.operation(found.sync.environment, kind).by_operator().of(&found.sync.integration_key);
    let note = note.on(&found.sync.connection_name).function(&found.sync.name);
    note.succeeded(&console.app, format!("{did} {}", found.title()), &json!({}));
}

/// What somebody has just entered, and what is wrong with it.
#[derive(Default)]
pub(super) struct Entered {
    pub(super) frequency: Option<String>,
    pub(super) frequency_problem: Option<String>,
    pub(super) variant: String,
    pub(super) variant_problem: Option<String>,
}

pub(super) async fn page(console: &Console, here: &Here, frame: Frame, found: &Found, entered: Entered) -> Result<Detail, Refusal> {
    let Found { connection, sync, function, path } = found;
    let of_connection = format!("{}/connections/{}", here.home(), connection.id);
    let search = RunSearch {
        environment: here.environment,
        state: None,
        function: Some(sync.name.clone()),
        connection: Some(sync.connection_name.clone()),
        integration: Some(sync.integration_key.clone()),
        since: None,
        before: None,
        limit: RUNS,
    };
    let latest = console.app.store.runs().browse(search).await?.rows;
    let checkpoint = console.app.store.checkpoints().lookup(sync.id).await?;
    let own = function.definition.schedule_with(None).map(|schedule| schedule.text());
    let now = function.definition.schedule_with(sync.frequency_override.as_deref()).map(|schedule| schedule.text());
    let facts = Facts::default()
        .and("Connection", Cell::link(&of_connection, sync.connection_name.as_str()))
        .and("Function", Cell::link(format!("{}/functions/{}", here.home(), function.id), sync.name.as_str()))
        .and("Variant", Cell::code(sync.variant.as_str()))
        .and("Runs", Cell::Text(now.unwrap_or_else(|| "only when asked".to_owned())))
        .and("Next run", Cell::moment(sync.next_run_at.filter(|_| sync.state == SyncState::Started).map(moment)))
        .and("Last good run began", Cell::moment(sync.last_success_started_at.map(moment)));
    let field = Field {
        help: match own {
            Some(own) => format!("Leave it empty for the function's own schedule, which is {own}."),
            None => "Leave it empty to run it only when asked, as its function says.".to_owned(),
        },
        value: entered.frequency.or_else(|| sync.frequency_override.clone()).unwrap_or_default(),
        example: "every 2 hours".to_owned(),
        is_required: false,
        problem: entered.frequency_problem,
        ..Field::new("frequency", "Frequency on this connection")
    };
    let form = Entry { action: format!("{path}/frequency"), csrf: here.csrf(), fields: vec![field], verb: "Save frequency".to_owned() };
    let latest = match runs::list::table(here, &latest) {
        Some(table) => Part::Table(table),
        None => Part::Empty(Empty::new("It has not run yet", "Choose Run now, or wait for its schedule.")),
    };
    let mut blocks = vec![Block::new("About", Part::Facts(facts)), Block::new("Latest runs", latest)];
    if here.may_develop() {
        blocks.push(Block::new("Frequency", Part::Form(form)));
    }
    if let Some((checkpoint, _)) = checkpoint {
        blocks.push(Block::new("Checkpoint", Part::Json(JsonBlock::new("What it remembers", checkpoint.as_str()))));
    }
    let others = console.app.store.syncs().list_for_connection(connection.id).await?;
    blocks.push(variants::block(here, found, &others, entered.variant, entered.variant_problem));
    let mut actions = commands(here, &of_connection, sync);
    if !sync.variant.is_base() && here.may_develop() {
        actions.push(Action::ask(format!("{path}/delete"), "Delete variant", found.title()).looking(Look::Danger));
    }
    if here.may_develop() {
        actions.push(Action::ask(format!("{path}/resync"), "Full resync", sync.name.as_str()).looking(Look::Danger));
    }
    Ok(Detail {
        frame,
        back: Some((of_connection, sync.connection_name.to_string())),
        title: found.title(),
        badge: Some(sync_state(sync.state)),
        lead: format!("A sync of {} on {}.", sync.integration_key, sync.connection_name),
        actions,
        tabs: None,
        blocks,
    })
}
