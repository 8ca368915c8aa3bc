//! An environment, and what it keeps.

use askama::Template;

use crate::pages::{Action, Facts, Field, Frame, Table};

/// The page.
#[derive(Template)]
#[template(path = "console/settings/general.html")]
pub struct GeneralPage {
    /// Around it.
    pub frame: Frame,
    /// About this environment.
    pub facts: Facts,
    /// For how long records are kept.
    pub retention: Vec<Field>,
    /// For how long everything else is kept.
    pub kept: Table,
    /// All environments.
    pub environments: Table,
    /// Of a new one.
    pub new_environment: Vec<Field>,
    /// Asks whether this one should go; `None` for one that cannot.
    pub delete: Option<Action>,
}

impl GeneralPage {
    /// As HTML.
    pub fn render(&self) -> String {
        Template::render(self).expect("writing into memory does not fail")
    }
}
