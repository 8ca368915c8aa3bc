//! What people did in the console.

use askama::Template;

use crate::pages::{Frame, Pager, Table};

/// The page.
#[derive(Template)]
#[template(path = "console/settings/audit.html")]
pub struct AuditPage {
    /// Around it.
    pub frame: Frame,
    /// What was done. Never empty: whoever reads it has signed in.
    pub table: Table,
    /// To the next page.
    pub pager: Pager,
}

impl AuditPage {
    /// As HTML.
    pub fn render(&self) -> String {
        Template::render(self).expect("writing into memory does not fail")
    }
}
