//! What functions read of their environment.

use askama::Template;

use crate::pages::{Empty, Field, Frame, Table};

/// The page. No value ever stands on it.
#[derive(Template)]
#[template(path = "console/settings/variables.html")]
pub struct VariablesPage {
    /// Around it.
    pub frame: Frame,
    /// The names.
    pub table: Option<Table>,
    /// Instead of them.
    pub empty: Empty,
    /// Name and value of one to set.
    pub fields: Vec<Field>,
}

impl VariablesPage {
    /// As HTML.
    pub fn render(&self) -> String {
        Template::render(self).expect("writing into memory does not fail")
    }
}
