//! What people did in the console.

use askama::Template;

use crate::pages::{Empty, Filters, Frame, Pager, Table};

/// The page.
#[derive(Template)]
#[template(path = "console/settings/audit.html")]
pub struct AuditPage {
    /// Around it.
    pub frame: Frame,
    /// Of whom.
    pub filters: Filters,
    /// What was done.
    pub table: Option<Table>,
    /// Instead of it: of somebody who did nothing.
    pub empty: Empty,
    /// To the next page.
    pub pager: Pager,
}

impl AuditPage {
    /// As HTML.
    pub fn render(&self) -> String {
        Template::render(self).expect("writing into memory does not fail")
    }
}
