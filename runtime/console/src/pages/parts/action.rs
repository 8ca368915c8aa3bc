//! A button that does something: a posted form, or a question first.

use askama::Template;

/// One button.
#[derive(Clone, Debug, Template)]
#[template(path = "console/parts/action.html")]
pub struct Action {
    /// Where the form is sent; or the page of the question, which is a [`crate::pages::Removal`].
    pub href: String,
    /// The session's token against forged requests.
    pub csrf: String,
    /// On the button.
    pub label: String,
    /// What it is done to: a screen reader hears `Pause contacts`.
    pub about: String,
    /// Hidden values of the form.
    pub fields: Vec<(String, String)>,
    /// How it looks.
    pub look: Look,
    /// What pressing it does.
    pub way: Way,
}

/// How much a button wants to be pressed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Look {
    /// One of several.
    #[default]
    Plain,
    /// What most people came for; at most one on a page.
    Primary,
    /// Something goes for good.
    Danger,
}

/// What a button does when it is pressed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// Sends the form.
    Posts,
    /// Asks first: the page at `href` is the question. It opens as a dialog where scripts run.
    Asks,
    /// Leads to another page.
    Leads,
}

impl Action {
    /// A button that posts.
    pub fn post(href: impl Into<String>, csrf: &str, label: &str, about: impl Into<String>) -> Self {
        Self {
            href: href.into(),
            csrf: csrf.to_owned(),
            label: label.to_owned(),
            about: about.into(),
            fields: Vec::new(),
            look: Look::Plain,
            way: Way::Posts,
        }
    }

    /// A button that leads to the question whether that is meant.
    pub fn ask(href: impl Into<String>, label: &str, about: impl Into<String>) -> Self {
        Self { way: Way::Asks, ..Self::post(href, "", label, about) }
    }

    /// A link that looks like the others.
    pub fn link(href: impl Into<String>, label: &str, about: impl Into<String>) -> Self {
        Self { way: Way::Leads, ..Self::post(href, "", label, about) }
    }

    /// With a hidden value.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.fields.push((name.to_owned(), value.into()));
        self
    }

    /// With another look.
    #[must_use]
    pub fn looking(self, look: Look) -> Self {
        Self { look, ..self }
    }

    fn class(&self) -> &'static str {
        match self.look {
            Look::Plain => "button button-small",
            Look::Primary => "button button-small button-primary",
            Look::Danger => "button button-small button-danger",
        }
    }
}
