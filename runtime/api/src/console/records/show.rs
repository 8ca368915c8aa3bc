//! `/console/{environment}/records/{row}/{model}/{variant}/record?id=`: one record.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;
use syncline_console::pages::{Cell, Facts, JsonBlock, RecordPage, Section};
use syncline_domain::{Action, ExternalId};
use syncline_store::ListRecords;

use super::collection::Collection;
use super::words::{badge, moment, size};
use crate::console::environment::Here;
use crate::console::form::Asked;
use crate::console::refusal::Refusal;
use crate::console::state::Console;

/// What was saved, and what happened to it. The id is in the query: it may have any character, slashes and dots too.
pub(in crate::console) async fn handle(State(console): State<Arc<Console>>, here: Here, asked: Asked) -> Result<Html<String>, Refusal> {
    let of = Collection::in_path(&console, &here).await?;
    let unknown = || Refusal::not_found("There is no such record");
    let id = ExternalId::new(asked.exact("id")).map_err(|_| unknown())?;
    let list = ListRecords {
        collection: of.reference(),
        cursor: None,
        modified_after: None,
        actions: Vec::new(),
        ids: vec![id.clone()],
        include_deleted: true,
        limit: 1,
    };
    let row = console.app.store.records().list(list).await?.records.pop().ok_or_else(unknown)?;
    let gone = match (row.action, row.pruned_at) {
        (Action::Deleted, _) => {
            Some("The provider does not have it any more. Your backend reads it once more by cursor, marked as deleted.")
        }
        (_, Some(_)) => Some("Its content is older than this environment keeps it. The next change brings it back."),
        _ => None,
    };
    let place = format!("{}/connections/{}", here.home(), of.connection.id);
    let facts = Facts::default()
        .and("Connection", Cell::link(place, of.connection.name.to_string()))
        .and("Integration", Cell::code(of.connection.integration_key.to_string()))
        .and("Model", Cell::code(of.model.to_string()))
        .and("Variant", Cell::code(of.variant.to_string()))
        .and("First seen", Cell::Moment(moment(row.first_seen_at)))
        .and("Last changed", Cell::Moment(moment(row.updated_at)))
        .and_some("Deleted", row.deleted_at.map(|at| Cell::Moment(moment(at))))
        .and_some("Content removed", row.pruned_at.map(|at| Cell::Moment(moment(at))))
        .and_some("Size", row.payload.as_ref().map(|payload| Cell::text(size(payload.len() as u64))))
        .and("Cursor", Cell::code(row.cursor.clone()));
    let page = RecordPage {
        frame: here.frame(Section::Records),
        back: (of.path(&here), of.title()),
        id: row.external_id.to_string(),
        action: badge(row.action),
        gone: gone.map(str::to_owned),
        facts,
        payload: row.payload.as_deref().map(|payload| JsonBlock::new("JSON", payload).open()),
    };
    Ok(Html(page.render()))
}
