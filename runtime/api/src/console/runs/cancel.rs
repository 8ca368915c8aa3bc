//! `/console/{environment}/runs/{run}/cancel`

use std::sync::Arc;

use axum::extract::State;
use axum::response::{Html, Redirect};
use syncline_console::pages::{Removal, Section};

use super::find;
use crate::console::environment::Here;
use crate::console::refusal::Refusal;
use crate::console::request::Wanted;
use crate::console::state::Console;

/// Asks whether that is meant.
pub(in crate::console) async fn ask(State(console): State<Arc<Console>>, here: Here, wanted: Wanted) -> Result<Html<String>, Refusal> {
    let run = find::in_path(&console, &here).await?;
    let path = format!("{}/runs/{}", here.home(), run.id);
    let removal = Removal {
        frame: here.frame(Section::Runs),
        title: format!("Cancel this run of {}?", run.function_name),
        subject: run.id.to_string(),
        losses: vec![
            "It stops where it is. What it has saved stays; what it was about to save is lost.".to_owned(),
            "It is not tried again. A sync goes on from its checkpoint at its next run.".to_owned(),
        ],
        action: format!("{path}/cancel"),
        verb: "Cancel the run".to_owned(),
        back: path,
        is_dialog: wanted == Wanted::Part,
    };
    Ok(Html(removal.render()))
}

/// Takes the job back. Over already is as good.
pub(in crate::console) async fn handle(State(console): State<Arc<Console>>, here: Here) -> Result<Redirect, Refusal> {
    let run = find::in_path(&console, &here).await?;
    let cancelled = match run.job {
        Some(job) => console.app.store.jobs().cancel(job, console.now()).await?,
        None => false,
    };
    let done = if cancelled { "cancelled" } else { "over" };
    Ok(Redirect::to(&format!("{}/runs/{}?done={done}", here.home(), run.id)))
}
