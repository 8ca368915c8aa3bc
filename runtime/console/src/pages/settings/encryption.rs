//! The keys of encryption at rest.

use askama::Template;

use crate::pages::{Action, Badge, Frame, Table};

/// The page.
#[derive(Template)]
#[template(path = "console/settings/encryption.html")]
pub struct EncryptionPage {
    /// Around it.
    pub frame: Frame,
    /// Where it stands.
    pub state: Badge,
    /// What that means.
    pub meaning: String,
    /// Makes a new data key.
    pub rotate: Action,
    /// The data keys.
    pub table: Table,
    /// What can be done, and the command that does it.
    pub commands: Vec<(String, String)>,
}

impl EncryptionPage {
    /// As HTML.
    pub fn render(&self) -> String {
        Template::render(self).expect("writing into memory does not fail")
    }
}
