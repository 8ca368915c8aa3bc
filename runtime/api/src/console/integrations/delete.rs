//! `/console/{environment}/integrations/{key}/delete`

use std::sync::Arc;

use axum::extract::State;
use axum::response::{Html, Redirect};
use syncline_console::pages::{Removal, Section};
use syncline_store::ConnectionFilter;

use crate::console::environment::Here;
use crate::console::integrations::{lookup, words};
use crate::console::refusal::Refusal;
use crate::console::request::Wanted;
use crate::console::state::Console;

/// Above it the exact number says no more.
const COUNTED: u32 = 1_000;

/// Asks whether that is meant, with what goes.
pub(in crate::console) async fn ask(State(console): State<Arc<Console>>, here: Here, wanted: Wanted) -> Result<Html<String>, Refusal> {
    let row = lookup::integration(&console, &here).await?;
    let filter = ConnectionFilter { integrations: vec![row.key.clone()], limit: COUNTED + 1, ..ConnectionFilter::default() };
    let connections = match console.app.store.connections().list(here.environment, filter).await?.len() {
        0 => "It has no connections.".to_owned(),
        1 => "Its one connection is disconnected.".to_owned(),
        some if some <= COUNTED as usize => format!("Its {some} connections are disconnected."),
        _ => format!("Its connections are disconnected; there are more than {COUNTED}."),
    };
    let place = lookup::place(&here, &row);
    let removal = Removal {
        frame: here.frame(Section::Integrations),
        title: format!("Delete {}?", words::name(&console, &row)),
        subject: row.key.to_string(),
        losses: vec![
            connections,
            "The functions that are deployed to it go, with their syncs and the records that they kept.".to_owned(),
            "Its settings are removed here. Your app at the provider stays.".to_owned(),
        ],
        action: format!("{place}/delete"),
        verb: "Delete".to_owned(),
        back: place,
        is_dialog: wanted == Wanted::Part,
    };
    Ok(Html(removal.render()))
}

/// Deletes it.
pub(in crate::console) async fn handle(State(console): State<Arc<Console>>, here: Here) -> Result<Redirect, Refusal> {
    let row = lookup::integration(&console, &here).await?;
    console.app.store.integrations().delete(row.id, console.now()).await?;
    Ok(Redirect::to(&format!("{}/integrations?done=deleted", here.home())))
}
