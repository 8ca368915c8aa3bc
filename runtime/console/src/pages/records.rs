//! What syncs keep: where it is, one collection, one record.

use askama::Template;

use crate::pages::{Badge, Empty, Facts, Filters, Frame, JsonBlock, Pager, Table, Tabs};

/// A list on the way to a record: connections, the collections of one, the records of one.
#[derive(Template)]
#[template(path = "console/records.html")]
pub struct RecordsPage {
    /// Around it.
    pub frame: Frame,
    /// To the list above this one, as path and name.
    pub back: Option<(String, String)>,
    /// Its heading, and the browser's tab.
    pub title: String,
    /// What is listed.
    pub lead: String,
    /// Files of the same, as path and name.
    pub files: Vec<(String, String)>,
    /// The collection's variants, where there are several.
    pub variants: Option<Tabs>,
    /// What it is narrowed by.
    pub filters: Option<Filters>,
    /// The rows; none for a list without any.
    pub table: Option<Table>,
    /// Said instead of rows.
    pub empty: Empty,
    /// Said below the rows, where the page is not all of it.
    pub note: Option<String>,
    /// To its next page.
    pub pager: Pager,
}

/// One record.
#[derive(Template)]
#[template(path = "console/record.html")]
pub struct RecordPage {
    /// Around it.
    pub frame: Frame,
    /// To its collection, as path and name.
    pub back: (String, String),
    /// Its id.
    pub id: String,
    /// What happened to it last.
    pub action: Badge,
    /// What that means, where the record is not simply there.
    pub gone: Option<String>,
    /// When, of whom, by which model.
    pub facts: Facts,
    /// What was saved.
    pub payload: Option<JsonBlock>,
}

impl RecordsPage {
    /// As HTML.
    pub fn render(&self) -> String {
        Template::render(self).expect("writing into memory does not fail")
    }
}

impl RecordPage {
    /// As HTML.
    pub fn render(&self) -> String {
        Template::render(self).expect("writing into memory does not fail")
    }
}
