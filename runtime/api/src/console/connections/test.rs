//! `/console/{environment}/connections/{row}/test`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;

use crate::console::connections::list::{items, list, page_with};
use crate::console::connections::{find, verdict::verdict};
use crate::console::environment::Here;
use crate::console::form::Asked;
use crate::console::refusal::Refusal;
use crate::console::request::Wanted;
use crate::console::state::Console;

/// Asks the provider now. For htmx the answer alone; else the page with this connection and the answer below it.
pub(in crate::console) async fn handle(
    State(console): State<Arc<Console>>,
    here: Here,
    wanted: Wanted,
    asked: Asked,
) -> Result<Html<String>, Refusal> {
    let row = find::in_path(&console, &here).await?;
    let report = console.app.connect.test(&row).await?;
    let provider = console.app.catalogue.get(&row.provider).map_or(row.provider.as_str(), |entry| entry.display_name.as_str());
    let result = verdict(&here, row.id, provider, report);
    if wanted == Wanted::Part {
        return Ok(Html(result.render()));
    }
    let integrations = console.app.store.integrations().list(here.environment).await?;
    // Read again: the test may have renewed the credentials, or found that they cannot be.
    let row = find::in_path(&console, &here).await?;
    let mut items = items(&console, &integrations, &[row]);
    items[0].result = Some(result);
    let list = list(&here, items, &integrations);
    Ok(Html(page_with(&console, &here, &integrations, list, &asked)))
}
