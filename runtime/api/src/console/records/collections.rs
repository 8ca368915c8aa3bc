//! `/console/{environment}/records/{row}`: what one connection holds.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;
use syncline_console::pages::{Cell, Column, Empty, Pager, RecordsPage, Section, Table};
use syncline_store::CollectionCounts;

use super::collection::path;
use super::words::size;
use crate::console::connections::find;
use crate::console::environment::Here;
use crate::console::form::Asked;
use crate::console::link::link;
use crate::console::refusal::Refusal;
use crate::console::state::Console;
use crate::console::times::Times;

/// Its models.
pub(in crate::console) async fn handle(State(console): State<Arc<Console>>, here: Here, asked: Asked) -> Result<Html<String>, Refusal> {
    let connection = find::in_path(&console, &here).await?;
    let held = console.app.store.records().counts(connection.id).await?;
    let times = Times::of(&asked);
    let cells = |counts: &CollectionCounts| {
        vec![
            Cell::link(link(&path(&here, &connection, &counts.model, &counts.variant), &times.query()), counts.model.to_string()),
            Cell::code(counts.variant.to_string()),
            Cell::Number(counts.records),
            Cell::text(size(counts.size_bytes)),
        ]
    };
    let rows: Vec<_> = held.iter().map(cells).collect();
    let columns = vec![Column::new("Model"), Column::new("Variant"), Column::number("Records"), Column::number("Size")];
    let home = here.home();
    let page = RecordsPage {
        frame: here.frame(Section::Records),
        back: Some((link(&format!("{home}/records"), &times.query()), "Records".to_owned())),
        title: format!("Records of {}", connection.name),
        lead: format!("What the syncs of integration {} keep of this connection.", connection.integration_key),
        files: Vec::new(),
        variants: None,
        filters: None,
        table: (!rows.is_empty()).then(|| Table { caption: "Models".to_owned(), columns, rows }),
        empty: Empty::new(
            "No records",
            "No sync has saved anything for this connection yet. Its syncs, and when they run next, are on its page.",
        )
        .with_link(format!("{home}/connections/{}", connection.id), "Show the connection"),
        note: None,
        pager: Pager::default(),
    };
    Ok(Html(page.render()))
}
