//! The question before something is removed. A page of its own, or a dialog's content.

use askama::Template;

use crate::pages::Frame;

/// What is asked.
#[derive(Template)]
#[template(path = "console/removal.html")]
pub struct Removal {
    /// Around it.
    pub frame: Frame,
    /// `Disconnect GitHub?`
    pub title: String,
    /// What is about to go, by the name that a person knows.
    pub subject: String,
    /// What goes with it, one sentence each.
    pub losses: Vec<String>,
    /// Where the form is sent.
    pub action: String,
    /// On the button.
    pub verb: String,
    /// Where not to do it leads.
    pub back: String,
    /// Whether only the dialog's content is wanted.
    pub is_dialog: bool,
}

impl Removal {
    /// As HTML.
    pub fn render(&self) -> String {
        Template::render(self).expect("writing into memory does not fail")
    }
}
