//! `/console/{environment}/connections/{row}/credentials`: what a person asked to see, and the audit log says so.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;
use serde_json::json;
use syncline_console::pages::{Block, Detail, Empty, JsonBlock, Part, Section};

use crate::connections::wire::without_refresh_tokens;
use crate::console::connections::find;
use crate::console::environment::Here;
use crate::console::refusal::Refusal;
use crate::console::state::Console;

/// Shows them in this answer, as they are stored: whoever compares them with the provider's own page wants to see the ones that do not work, too.
/// Never the refresh token, with which somebody else could go on for as long as the provider lets them.
pub(in crate::console) async fn reveal(State(console): State<Arc<Console>>, here: Here) -> Result<Html<String>, Refusal> {
    let found = find::in_path(&console, &here).await?;
    // Lists and pages never read them; this does.
    let row = console.app.store.connections().lookup_with_credentials(found.id).await?.unwrap_or(found);
    let shown = row.credentials.as_ref().map(|credentials| {
        let mut shown = credentials.to_wire_exposed();
        without_refresh_tokens(&mut shown);
        shown
    });
    let part = match shown.filter(|shown| *shown != json!({})) {
        Some(shown) => Part::Json(JsonBlock::new(&format!("Credentials of {}", row.name), &shown.to_string()).open()),
        None => Part::Empty(Empty::new("No credentials", "This connection has none: its provider wants none, or it is not finished yet.")),
    };
    let lead = "With them anybody can act as this user. They are shown in this answer only, without a refresh token.";
    let page = Detail {
        frame: here.frame(Section::Connections),
        back: Some((format!("{}/connections/{}", here.home(), row.id), row.name.to_string())),
        title: format!("Credentials of {}", row.name),
        badge: None,
        lead: "That you have seen them stands in the audit log.".to_owned(),
        actions: Vec::new(),
        tabs: None,
        blocks: vec![Block::new("As they are stored", part).saying(lead)],
    };
    Ok(Html(page.render()))
}
