//! Routes webhooks anew, by the present entry, connections and functions.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{Html, Redirect};
use http::StatusCode;
use syncline_console::pages::{Removal, Section};
use syncline_domain::IncomingWebhookId;

use super::list::PER_PAGE;
use super::show::{find, unknown};
use super::words::counted;
use crate::console::environment::Here;
use crate::console::form::Asked;
use crate::console::refusal::Refusal;
use crate::console::request::Wanted;
use crate::console::state::Console;

/// One.
pub(in crate::console) async fn one(State(console): State<Arc<Console>>, here: Here) -> Result<Redirect, Refusal> {
    let row = find(&console, &here, here.param("id")).await?;
    if !console.app.store.incoming_webhooks().replay(here.environment, row.id, console.now()).await? {
        return Err(Refusal::new(
            StatusCode::CONFLICT,
            "This webhook cannot be replayed now",
            "It is about to be routed anyway, or it is a handshake, which tells of nothing. Look again in a moment.",
        ));
    }
    Ok(Redirect::to(&format!("{}/webhooks/incoming/{}?done=routed", here.home(), row.id)))
}

/// Asks whether all of these are meant.
pub(in crate::console) async fn ask(here: Here, wanted: Wanted, asked: Asked) -> Result<Html<String>, Refusal> {
    let ids = ids(&asked)?;
    let path = format!("{}/webhooks/incoming", here.home());
    let listed = ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    let count = counted(ids.len() as u64, "webhook");
    let removal = Removal {
        frame: here.frame(Section::Webhooks),
        title: format!("Replay {count}?"),
        subject: count,
        losses: vec![
            "Each sync that subscribes to one of them runs once more with it.".to_owned(),
            "Each one that is forwarded reaches your backend once more.".to_owned(),
        ],
        action: format!("{path}/replay?ids={listed}"),
        verb: "Replay".to_owned(),
        back: path,
        is_dialog: wanted == Wanted::Part,
    };
    Ok(Html(removal.render()))
}

/// Those that were on the page. One that is gone, or on its way anyway, stops no other.
pub(in crate::console) async fn several(State(console): State<Arc<Console>>, here: Here, asked: Asked) -> Result<Redirect, Refusal> {
    for id in ids(&asked)? {
        console.app.store.incoming_webhooks().replay(here.environment, id, console.now()).await?;
    }
    Ok(Redirect::to(&format!("{}/webhooks/incoming?done=routed", here.home())))
}

fn ids(asked: &Asked) -> Result<Vec<IncomingWebhookId>, Refusal> {
    let ids: Vec<IncomingWebhookId> = asked.get("ids").split(',').take(PER_PAGE as usize).filter_map(|id| id.parse().ok()).collect();
    if ids.is_empty() { Err(unknown()) } else { Ok(ids) }
}
