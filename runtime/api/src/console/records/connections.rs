//! `/console/{environment}/records`: whose records?

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;
use syncline_console::pages::{Cell, Column, Empty, Filter, Filters, Pager, RecordsPage, Section, Table, thousands};
use syncline_domain::{ConnectionName, ConnectionRowId};
use syncline_store::{CollectionCounts, ConnectionFilter, ConnectionRow};

use super::collection::path;
use crate::console::environment::Here;
use crate::console::form::Asked;
use crate::console::link::link;
use crate::console::refusal::Refusal;
use crate::console::state::Console;
use crate::console::times::Times;

/// A screen or two.
const PER_PAGE: u32 = 50;

/// The newest connections, or those of a name, with what each holds.
pub(in crate::console) async fn handle(State(console): State<Arc<Console>>, here: Here, asked: Asked) -> Result<Html<String>, Refusal> {
    let (store, wanted) = (&console.app.store, asked.get("connection"));
    // Asked for here, it narrows what the collections list.
    let times = Times::of(&asked);
    let connections = match ConnectionName::new(wanted) {
        _ if wanted.is_empty() => {
            let newest = ConnectionFilter { limit: PER_PAGE, ..ConnectionFilter::default() };
            store.connections().list(here.environment, newest).await?
        }
        Ok(name) => store.connections().named(here.environment, &name).await?,
        Err(_) => Vec::new(),
    };
    let ids: Vec<_> = connections.iter().map(|row| row.id).collect();
    let mut held: HashMap<ConnectionRowId, Vec<CollectionCounts>> = HashMap::new();
    for (connection, counts) in store.records().counts_of(&ids).await? {
        held.entry(connection).or_default().push(counts);
    }
    let is_cut = wanted.is_empty() && connections.len() == PER_PAGE as usize;
    let home = here.home();
    let empty = if wanted.is_empty() {
        Empty::new("No records yet", "Records are what syncs keep of connected accounts. Connect an account, and deploy a sync for it.")
            .with_link(format!("{home}/connections"), "Connect an account")
    } else {
        let text = "An id has to be written out, and as it is: upper and lower case differ.";
        Empty::new("No connection of this id", text).with_link(format!("{home}/connections"), "Search the connections")
    };
    let rows: Vec<_> = connections.iter().map(|row| cells(&here, &times, row, &held.remove(&row.id).unwrap_or_default())).collect();
    let columns = ["Connection", "Integration", "Models"].map(Column::new).into_iter().chain([Column::number("Records")]).collect();
    let page = RecordsPage {
        frame: here.frame(Section::Records),
        back: None,
        title: "Records".to_owned(),
        lead: "What syncs keep of each connected account, by model.".to_owned(),
        files: Vec::new(),
        variants: None,
        filters: Some(Filters {
            path: format!("{home}/records"),
            fields: [Filter::text("connection", "Connection id", wanted, "exactly, as your product made it")]
                .into_iter()
                .chain(times.filters())
                .collect(),
        }),
        table: (!rows.is_empty()).then(|| Table { caption: "Connections and their models".to_owned(), columns, rows }),
        empty,
        note: is_cut.then(|| format!("The newest {PER_PAGE} connections. For any other, write its id above.")),
        pager: Pager::default(),
    };
    Ok(Html(page.render()))
}

fn cells(here: &Here, times: &Times, row: &ConnectionRow, held: &[CollectionCounts]) -> Vec<Cell> {
    let name = |counts: &CollectionCounts| {
        let variant = if counts.variant.is_base() { String::new() } else { format!("({}) ", counts.variant) };
        format!("{} {variant}{}", counts.model, thousands(counts.records))
    };
    let collection =
        |counts: &CollectionCounts| Cell::link(link(&path(here, row, &counts.model, &counts.variant), &times.query()), name(counts));
    let models = match held.len() {
        0 => Cell::Nothing,
        _ => Cell::Row(held.iter().map(collection).collect()),
    };
    vec![
        Cell::link(link(&format!("{}/records/{}", here.home(), row.id), &times.query()), row.name.to_string()),
        Cell::code(row.integration_key.to_string()),
        models,
        Cell::Number(held.iter().map(|counts| counts.records).sum()),
    ]
}
