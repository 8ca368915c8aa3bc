//! What the server did: operations, and one with its messages.

use askama::Template;

use crate::pages::{Badge, Empty, Facts, Filters, Frame, JsonBlock, Moment, Pager, Table, Tone};

/// The list, narrowed while somebody types.
#[derive(Template)]
#[template(path = "console/logs.html")]
pub struct LogsPage {
    /// Around it.
    pub frame: Frame,
    /// Path of the list.
    pub path: String,
    /// What it is narrowed by.
    pub filters: Filters,
    /// The rows; none for a list without any.
    pub table: Option<Table>,
    /// Said instead of rows.
    pub empty: Empty,
    /// How far back was looked, where that was not to the end.
    pub looked_back_to: Option<Moment>,
    /// To its next page.
    pub pager: Pager,
    /// Path and query of this very view, whenever it is opened.
    pub permalink: String,
    /// Asked for again every few seconds while the list is followed.
    pub poll: Option<String>,
    /// The same view, followed or not.
    pub follow: String,
}

/// One operation.
#[derive(Template)]
#[template(path = "console/operation.html")]
pub struct OperationPage {
    /// Around it.
    pub frame: Frame,
    /// Path of the list.
    pub back: String,
    /// Path and query of this page; asked for again every few seconds while the operation is under way.
    pub poll: Option<String>,
    /// What was done: `proxy call`
    pub kind: String,
    /// Where it stands.
    pub state: Badge,
    /// One line.
    pub summary: String,
    /// Its id.
    pub id: String,
    /// Its run, as path and name.
    pub run: Option<(String, String)>,
    /// When, on what, by whom.
    pub facts: Facts,
    /// Request, answer, error and whatever else is known.
    pub details: Vec<JsonBlock>,
    /// First to last.
    pub messages: Vec<MessageItem>,
    /// Path of the messages that follow.
    pub more: Option<String>,
}

/// A message.
#[derive(Clone, Debug)]
pub struct MessageItem {
    /// When.
    pub at: Moment,
    /// `info`, `error`, ...
    pub level: String,
    /// Its colour.
    pub tone: Tone,
    /// What was said.
    pub text: String,
    /// What there is to know besides.
    pub detail: Option<JsonBlock>,
}

impl LogsPage {
    /// As HTML.
    pub fn render(&self) -> String {
        Template::render(self).expect("writing into memory does not fail")
    }
}

impl OperationPage {
    /// As HTML.
    pub fn render(&self) -> String {
        Template::render(self).expect("writing into memory does not fail")
    }
}
