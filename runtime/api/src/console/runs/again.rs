//! `/console/{environment}/runs/{run}/again`: the same sync, or the same action with the same input.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{Html, Redirect};
use http::StatusCode;
use serde_json::json;
use syncline_console::pages::{Removal, Section};
use syncline_domain::{AsyncActionId, FunctionKind, OperationKind, Trigger};
use syncline_store::{Acceptance, NewAsyncAction, RunRow, TriggerSync, Triggered};

use super::find;
use crate::console::environment::Here;
use crate::console::link::link;
use crate::console::refusal::Refusal;
use crate::console::request::Wanted;
use crate::console::state::Console;

/// An action may do something at the provider once more.
pub(in crate::console) async fn ask(State(console): State<Arc<Console>>, here: Here, wanted: Wanted) -> Result<Html<String>, Refusal> {
    let run = find::in_path(&console, &here).await?;
    let path = format!("{}/runs/{}", here.home(), run.id);
    let page = Removal {
        frame: here.frame(Section::Runs),
        title: format!("Run {} again?", run.function_name),
        subject: run.connection_name.as_ref().map(ToString::to_string).unwrap_or_default(),
        losses: vec![
            "It gets the same input, and does at the provider whatever it does: what it created is created once more.".to_owned(),
            "Nobody waits for its answer; you find it at the new run.".to_owned(),
        ],
        action: format!("{path}/again"),
        verb: "Run it again".to_owned(),
        back: path,
        is_dialog: wanted == Wanted::Part,
    };
    Ok(Html(page.render()))
}

/// Puts it into the queue.
pub(in crate::console) async fn handle(State(console): State<Arc<Console>>, here: Here) -> Result<Redirect, Refusal> {
    let run = find::in_path(&console, &here).await?;
    match run.kind {
        FunctionKind::Sync => sync(&console, &run).await?,
        FunctionKind::Action => action(&console, &run).await?,
        FunctionKind::Event => {
            let advice = "Its connection's creation or deletion asks for it, and nothing else does.";
            return Err(Refusal::new(StatusCode::CONFLICT, "An event function cannot be run again", advice));
        }
    }
    let connection = run.connection_name.as_ref().map(ToString::to_string).unwrap_or_default();
    let narrowed = [("function", run.function_name.as_str()), ("connection", &connection), ("live", "1"), ("done", "queued")];
    Ok(Redirect::to(&link(&format!("{}/runs", here.home()), &narrowed)))
}

async fn sync(console: &Console, run: &RunRow) -> Result<(), Refusal> {
    let gone = || Refusal::not_found("This sync does not exist any more");
    let how = TriggerSync { reset: false, empty_cache: false, trigger: Trigger::Api, now: console.now() };
    match console.app.store.syncs().trigger(run.sync.ok_or_else(gone)?, how).await? {
        Triggered::Enqueued(_) | Triggered::AlreadyActive => {}
        Triggered::Unknown => return Err(gone()),
    }
    let note = console.app.operation(run.environment, OperationKind::SyncRequestRun).by_operator().of(&run.integration_key);
    let note = match &run.connection_name {
        Some(connection) => note.on(connection),
        None => note,
    };
    note.function(&run.function_name).succeeded(&console.app, format!("asked for {} again", run.function_name), &json!({}));
    Ok(())
}

async fn action(console: &Console, run: &RunRow) -> Result<(), Refusal> {
    let gone = || Refusal::not_found("The connection of this run does not exist any more");
    let connection = console.app.store.connections().lookup_by_row_id(run.connection.ok_or_else(gone)?).await?.ok_or_else(gone)?;
    let function = console.app.store.functions().lookup(run.function).await?.filter(|function| function.enabled);
    let function = function.ok_or_else(|| Refusal::not_found("This action is not deployed any more, or is disabled"))?;
    let now = console.now();
    let new = NewAsyncAction {
        id: AsyncActionId::new(now, *console.salt().last_chunk().expect("ten of sixteen")),
        environment: run.environment,
        connection: connection.id,
        connection_name: connection.name,
        integration_key: connection.integration_key,
        webhook_url_override: connection.webhook_url_override,
        function: function.id,
        input: run.input.clone().unwrap_or_else(|| "{}".to_owned()),
        max_retries: 0,
        now,
    };
    match console.app.store.async_actions().insert(new).await? {
        Acceptance::Accepted => Ok(()),
        Acceptance::NoConnection => Err(gone()),
        Acceptance::Full => {
            let advice = "Come back when some of them have ended.";
            Err(Refusal::new(StatusCode::TOO_MANY_REQUESTS, "Too many actions of this connection wait for their turn", advice))
        }
    }
}
