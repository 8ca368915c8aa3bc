//! Somebody is not an operator any more.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{Html, Redirect};
use http::StatusCode;
use syncline_console::pages::{Removal, Section};
use syncline_store::Changed;

use super::show::{find, unknown};
use crate::console::environment::Here;
use crate::console::refusal::Refusal;
use crate::console::request::Wanted;
use crate::console::state::Console;

/// Asks whether that is meant.
pub(in crate::console) async fn ask(State(console): State<Arc<Console>>, here: Here, wanted: Wanted) -> Result<Html<String>, Refusal> {
    let operator = find(&console, &here).await?;
    let path = format!("{}/settings/operators", here.home());
    let removal = Removal {
        frame: here.frame(Section::Settings),
        title: format!("Remove the operator {}?", operator.name),
        subject: operator.name.to_string(),
        losses: vec![
            "They are signed out everywhere, at once, and cannot sign in again.".to_owned(),
            "What they did stays in the audit log, under their name; what they made stays as it is.".to_owned(),
            "API keys that they have seen work on. Delete those that only they should have had.".to_owned(),
        ],
        action: format!("{path}/{}/delete", operator.id),
        verb: "Remove".to_owned(),
        back: format!("{path}/{}", operator.id),
        is_dialog: wanted == Wanted::Part,
    };
    Ok(Html(removal.render()))
}

/// Removes them.
pub(in crate::console) async fn handle(State(console): State<Arc<Console>>, here: Here) -> Result<Redirect, Refusal> {
    let operator = find(&console, &here).await?;
    match console.app.store.operators().delete(operator.id).await? {
        Changed::Done => Ok(Redirect::to(&format!("{}/settings/operators?done=operator-removed", here.home()))),
        Changed::Unknown => Err(unknown()),
        Changed::LastOwner => {
            let advice = "Without an owner nobody could add operators again. Make somebody else an owner first.";
            Err(Refusal::new(StatusCode::CONFLICT, "Nobody else is an owner who can sign in", advice))
        }
    }
}
