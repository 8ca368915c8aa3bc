//! `/console/{environment}/connections`

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;
use syncline_console::pages::{ConnectionItem, ConnectionList, ConnectionsPage, Frame, Pager, Section, Usable};
use syncline_store::{ConnectionPage, ConnectionRow, IntegrationRow};

use super::asked::Question;
use crate::console::connections::item::{item, moment};
use crate::console::environment::Here;
use crate::console::form::Asked;
use crate::console::integrations::{lacks, name};
use crate::console::notice;
use crate::console::refusal::Refusal;
use crate::console::request::Wanted;
use crate::console::state::Console;

/// The page, or the list alone.
pub(in crate::console) async fn handle(
    State(console): State<Arc<Console>>,
    here: Here,
    wanted: Wanted,
    asked: Asked,
) -> Result<Html<String>, Refusal> {
    let integrations = console.app.store.integrations().list(here.environment).await?;
    let (question, before) = (Question::of(&asked), asked.get("before"));
    let (found, problem) = match question.browse(here.environment, &integrations, before) {
        Ok(browse) => (console.app.store.connections().browse(browse).await?, None),
        Err(problem) => (ConnectionPage { rows: Vec::new(), next: None }, Some(problem)),
    };
    let mut rows = found.rows;
    if let Some(id) = question.is_id().filter(|_| before.is_empty()) {
        let named = console.app.store.connections().named(here.environment, &id).await?;
        rows.retain(|row| named.iter().all(|other| other.id != row.id));
        rows.splice(0..0, named);
    }
    // A page that ends where looking ended, and not with its last row.
    let looked_back_to = found.next.filter(|next| rows.last().is_none_or(|last| last.id != next.id));
    let path = format!("{}/connections", here.home());
    let list = ConnectionList {
        here: question.address(&path, before),
        is_narrowed: question.is_narrow() || !before.is_empty(),
        problem,
        looked_back_to: looked_back_to.map(|next| moment(next.at)),
        pager: Pager {
            label: "Pages of connections".to_owned(),
            newest: (!before.is_empty()).then(|| question.address(&path, "")),
            older: found.next.map(|next| question.address(&path, &next.to_string())),
        },
        ..list(&here, items(&console, &integrations, &rows), &integrations)
    };
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
    let frame = Frame { notice: notice::of(asked), ..here.frame(Section::Connections) };
    let filters = Question::of(asked).filters(&format!("{}/connections", here.home()), integrations);
    let has_filters = list.is_narrowed || !list.items.is_empty();
    ConnectionsPage { frame, filters: has_filters.then_some(filters), list, usable }.render()
}

/// The first page of a list with these items.
pub(super) fn list(here: &Here, items: Vec<ConnectionItem>, integrations: &[IntegrationRow]) -> ConnectionList {
    ConnectionList {
        home: here.home(),
        csrf: here.csrf(),
        role: here.role(),
        here: Question::any().address(&format!("{}/connections", here.home()), ""),
        is_narrowed: false,
        problem: None,
        looked_back_to: None,
        pager: Pager::default(),
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
