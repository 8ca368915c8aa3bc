//! `/console/{environment}/records/{row}/{model}/{variant}/export`: all records as a file, a part at a time.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use syncline_domain::Action;
use syncline_store::{CollectionRef, ListRecords, Store};

use super::collection::Collection;
use super::csv::Csv;
use super::list::action_name;
use crate::console::environment::Here;
use crate::console::form::Asked;
use crate::console::refusal::Refusal;
use crate::console::state::Console;
use crate::records::splice;

/// Read, written and forgotten before the next ones are read. The store ends a part earlier where records are large.
const AT_ONCE: u32 = 500;

/// How a file is written.
enum Format {
    /// Each line as `GET /records` answers it.
    Lines,
    /// A table.
    Csv(Csv),
}

/// What is left to write.
struct Export {
    store: Store,
    of: CollectionRef,
    actions: Vec<Action>,
    cursor: Option<String>,
    format: Format,
    is_done: bool,
}

/// As a download. An error on the way breaks the connection, so that half a file is never taken for a whole one.
pub(in crate::console) async fn handle(State(console): State<Arc<Console>>, here: Here, asked: Asked) -> Result<Response, Refusal> {
    let of = Collection::in_path(&console, &here).await?;
    let (format, content_type, extension) = match asked.get("format") {
        "jsonl" => (Format::Lines, "application/jsonl", "jsonl"),
        "csv" => (Format::Csv(Csv::default()), "text/csv; charset=utf-8", "csv"),
        _ => return Err(Refusal::bad_request("There is no such format", "Choose `format=jsonl` or `format=csv`.")),
    };
    let actions =
        [Action::Added, Action::Updated, Action::Deleted].into_iter().filter(|action| action_name(*action) == asked.get("action"));
    // Models and variants are words, and fit into a header and a file's name as they are.
    let name = format!("attachment; filename=\"{}-{}-{}.{extension}\"", of.model, of.variant, of.connection.id);
    let export =
        Export { store: console.app.store.clone(), of: of.reference(), actions: actions.collect(), cursor: None, format, is_done: false };
    let body = Body::from_stream(stream::try_unfold(export, Export::next));
    Ok(([(CONTENT_TYPE, content_type.to_owned()), (CONTENT_DISPOSITION, name)], body).into_response())
}

impl Export {
    async fn next(mut self) -> Result<Option<(Bytes, Self)>, syncline_store::Error> {
        if self.is_done {
            return Ok(None);
        }
        let list = ListRecords {
            collection: self.of.clone(),
            cursor: self.cursor.take(),
            modified_after: None,
            actions: self.actions.clone(),
            ids: Vec::new(),
            include_deleted: true,
            limit: AT_ONCE,
        };
        let page = self.store.records().list(list).await?;
        let text = match &mut self.format {
            Format::Lines => splice::lines(&page.records),
            Format::Csv(csv) => csv.write(&page.records),
        };
        self.is_done = page.next_cursor.is_none();
        self.cursor = page.next_cursor;
        Ok(Some((Bytes::from(text), self)))
    }
}
