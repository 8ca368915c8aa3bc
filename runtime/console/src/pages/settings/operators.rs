//! Who runs this installation.

use askama::Template;

use crate::pages::{Field, Frame, Table};

/// The page.
#[derive(Template)]
#[template(path = "console/settings/operators.html")]
pub struct OperatorsPage {
    /// Around it.
    pub frame: Frame,
    /// The operators. Never empty: whoever reads it is one.
    pub table: Table,
    /// The link that was just made, in the one answer that shows it.
    pub new_link: Option<NewLink>,
    /// Name and role of somebody to add.
    pub fields: Vec<Field>,
}

/// A link with which somebody chooses a password.
#[derive(Clone, Debug)]
pub struct NewLink {
    /// For whom.
    pub name: String,
    /// The link itself.
    pub link: String,
    /// Whether it replaces a password that they have.
    pub is_reset: bool,
}

impl OperatorsPage {
    /// As HTML.
    pub fn render(&self) -> String {
        Template::render(self).expect("writing into memory does not fail")
    }
}
