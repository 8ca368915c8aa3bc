//! A list without anything in it: what would be here, and the next step towards it.

use askama::Template;

/// Instead of rows.
#[derive(Clone, Debug, Template)]
#[template(
    source = r#"<div class="empty"><h{{ level }}>{{ title }}</h{{ level }}><p>{{ text }}</p>{% if let Some(command) = command %}<p><code>{{ command }}</code></p>{% endif %}{% if let Some((href, label)) = link %}<a class="button" href="{{ href }}">{{ label }}</a>{% endif %}</div>"#,
    ext = "html"
)]
pub struct Empty {
    /// Of its heading: 2 on a page that is one list, 3 inside a section.
    pub level: u8,
    /// `No runs yet`
    pub title: String,
    /// What would be here, and how it comes about.
    pub text: String,
    /// A command line that brings it about.
    pub command: Option<String>,
    /// Where the next step is.
    pub link: Option<(String, String)>,
}

impl Empty {
    /// Words alone.
    pub fn new(title: &str, text: impl Into<String>) -> Self {
        Self { level: 2, title: title.to_owned(), text: text.into(), command: None, link: None }
    }

    /// With a command line.
    #[must_use]
    pub fn with_command(self, command: impl Into<String>) -> Self {
        Self { command: Some(command.into()), ..self }
    }

    /// With a link.
    #[must_use]
    pub fn with_link(self, href: impl Into<String>, label: &str) -> Self {
        Self { link: Some((href.into(), label.to_owned())), ..self }
    }
}
