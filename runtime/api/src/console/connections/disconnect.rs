//! `/console/{environment}/connections/{row}/disconnect`

use std::sync::Arc;

use axum::extract::State;
use axum::response::{Html, Redirect};
use syncline_console::pages::{Removal, Section};

use crate::console::connections::find;
use crate::console::environment::Here;
use crate::console::refusal::Refusal;
use crate::console::request::Wanted;
use crate::console::state::Console;

/// Asks whether that is meant.
pub(in crate::console) async fn ask(State(console): State<Arc<Console>>, here: Here, wanted: Wanted) -> Result<Html<String>, Refusal> {
    let row = find::in_path(&console, &here).await?;
    let provider = console.app.catalogue.get(&row.provider).map_or(row.provider.as_str(), |entry| entry.display_name.as_str());
    let removal = Removal {
        frame: here.frame(Section::Connections),
        title: format!("Disconnect this {provider} account?"),
        subject: row.name.to_string(),
        losses: vec![
            "Its credentials are deleted here.".to_owned(),
            "Its syncs stop, and the records that they kept are removed.".to_owned(),
            format!("What was granted at {provider} can be taken back there, too."),
        ],
        action: format!("{}/connections/{}/disconnect", here.home(), row.id),
        verb: "Disconnect".to_owned(),
        back: format!("{}/connections", here.home()),
        is_dialog: wanted == Wanted::Part,
    };
    Ok(Html(removal.render()))
}

/// Disconnects. Gone already is as good.
pub(in crate::console) async fn handle(State(console): State<Arc<Console>>, here: Here) -> Result<Redirect, Refusal> {
    let row = find::in_path(&console, &here).await?;
    console.app.connect.disconnect(&row).await?;
    Ok(Redirect::to(&format!("{}/connections?done=disconnected", here.home())))
}
