//! `/console/{environment}/connections`

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;
use syncline_console::pages::{ConnectionItem, ConnectionList, ConnectionsPage, Section, Usable};
use syncline_store::{ConnectionFilter, ConnectionRow, IntegrationRow};

use crate::console::connections::item::item;
use crate::console::environment::Here;
use crate::console::form::Asked;
use crate::console::integrations::{lacks, name};
use crate::console::notice;
use crate::console::refusal::Refusal;
use crate::console::request::Wanted;
use crate::console::state::Console;

/// A screen or two.
const PER_PAGE: u32 = 50;

/// The page, or the list alone.
pub(in crate::console) async fn handle(
    State(console): State<Arc<Console>>,
    here: Here,
    wanted: Wanted,
    asked: Asked,
) -> Result<Html<String>, Refusal> {
    let integrations = console.app.store.integrations().list(here.environment).await?;
    let search = asked.get("search").to_owned();
    let page = asked.get("page").parse().unwrap_or(1).max(1);
    let filter = ConnectionFilter {
        search: Some(search.clone()).filter(|text| !text.is_empty()),
        limit: PER_PAGE,
        page: page - 1,
        ..ConnectionFilter::default()
    };
    let rows = console.app.store.connections().list(here.environment, filter.clone()).await?;
    // One more, only where the page is full.
    let has_next = rows.len() == PER_PAGE as usize && {
        let next = ConnectionFilter { limit: 1, page: page * PER_PAGE, ..filter };
        !console.app.store.connections().list(here.environment, next).await?.is_empty()
    };
    let items = items(&console, &integrations, &rows);
    let list = list(&here, items, &integrations);
    let list = ConnectionList { search, page, has_next, ..list };
    if wanted == Wanted::Part {
        return Ok(Html(list.render()));
    }
    Ok(Html(page_with(&console, &here, &integrations, list, &asked)))
}

/// The page around a list.
pub(super) fn page_with(console: &Console, here: &Here, integrations: &[IntegrationRow], list: ConnectionList, asked: &Asked) -> String {
    let usable = |row: &IntegrationRow| {
        let entry = console.app.catalogue.get(&row.provider);
        Usable {
            key: row.key.to_string(),
            name: name(console, row),
            logo: console.logo(&row.provider),
            lacks: lacks(row, entry.map(AsRef::as_ref)),
        }
    };
    let usable = integrations.iter().map(usable).collect();
    let frame = syncline_console::pages::Frame { notice: notice::of(asked), ..here.frame(Section::Connections) };
    ConnectionsPage { frame, list, usable }.render()
}

/// The first page of a list with these items.
pub(super) fn list(here: &Here, items: Vec<ConnectionItem>, integrations: &[IntegrationRow]) -> ConnectionList {
    ConnectionList {
        home: here.home(),
        csrf: here.csrf(),
        search: String::new(),
        page: 1,
        has_next: false,
        can_connect: !integrations.is_empty(),
        items,
    }
}

/// With the integrations' names.
pub(super) fn items(console: &Console, integrations: &[IntegrationRow], rows: &[ConnectionRow]) -> Vec<ConnectionItem> {
    let names: HashMap<_, _> = integrations.iter().map(|row| (row.id, name(console, row))).collect();
    let named = |row: &ConnectionRow| names.get(&row.integration).cloned().unwrap_or_else(|| row.integration_key.to_string());
    rows.iter().map(|row| item(console, row, named(row))).collect()
}
