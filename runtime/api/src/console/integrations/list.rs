//! `/console/{environment}/integrations`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;
use syncline_console::pages::{Frame, IntegrationItem, IntegrationsPage, Section};
use syncline_store::IntegrationRow;

use crate::console::environment::Here;
use crate::console::form::Asked;
use crate::console::integrations::{lacks, words};
use crate::console::notice;
use crate::console::refusal::Refusal;
use crate::console::state::Console;

/// All of them, newest first.
pub(in crate::console) async fn handle(State(console): State<Arc<Console>>, here: Here, asked: Asked) -> Result<Html<String>, Refusal> {
    let rows = console.app.store.integrations().list(here.environment).await?;
    let item = |row: &IntegrationRow| {
        let entry = console.app.catalogue.get(&row.provider);
        IntegrationItem {
            key: row.key.to_string(),
            name: words::name(&console, row),
            provider: words::provider(&console, &row.provider),
            sign_in: entry.map_or("", |entry| words::sign_in(entry.auth.mode())).to_owned(),
            logo: console.logo(&row.provider),
            lacks: lacks(row, entry.map(AsRef::as_ref)),
        }
    };
    let frame = Frame { notice: notice::of(&asked), ..here.frame(Section::Integrations) };
    Ok(Html(IntegrationsPage { frame, items: rows.iter().map(item).collect() }.render()))
}
