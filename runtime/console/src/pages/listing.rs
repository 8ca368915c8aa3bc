//! A page that is one list: its filters, its table, and the way to the next page.

use askama::Template;

use crate::pages::{Empty, Filters, Frame, Pager, Table, Tabs};

/// The page.
#[derive(Template)]
#[template(path = "console/listing.html")]
pub struct Listing {
    /// Around it.
    pub frame: Frame,
    /// Its heading, and the browser's tab.
    pub title: String,
    /// What is listed, in a sentence or two.
    pub lead: String,
    /// The pages of the area, where there are several.
    pub tabs: Option<Tabs>,
    /// What it is narrowed by.
    pub filters: Option<Filters>,
    /// The rows; none for a list without any.
    pub table: Option<Table>,
    /// Said instead of rows.
    pub empty: Empty,
    /// To its next page.
    pub pager: Pager,
    /// Following: the page's own path, asked for again every few seconds, and the path without that. Absent where nothing changes.
    pub live: Option<Live>,
}

/// Whether a list is asked for again by itself.
#[derive(Clone, Debug)]
pub struct Live {
    /// Path and query of this view.
    pub here: String,
    /// Of the same, followed or not.
    pub other: String,
    /// Whether it is followed now.
    pub is_on: bool,
}

impl Listing {
    /// As HTML.
    pub fn render(&self) -> String {
        Template::render(self).expect("writing into memory does not fail")
    }
}
