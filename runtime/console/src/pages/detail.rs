//! A page about one thing: its state, what can be done with it, and what is known of it in sections.

use askama::Template;

use crate::pages::{Action, Badge, Chart, Empty, Facts, Field, Frame, JsonBlock, Pager, Stats, Table, Tabs};

/// The page.
#[derive(Template)]
#[template(path = "console/detail.html")]
pub struct Detail {
    /// Around it.
    pub frame: Frame,
    /// Where the list of such things is, and what it is called.
    pub back: Option<(String, String)>,
    /// Its heading, and the browser's tab.
    pub title: String,
    /// Its state.
    pub badge: Option<Badge>,
    /// Below the heading.
    pub lead: String,
    /// What can be done with it.
    pub actions: Vec<Action>,
    /// The pages of the area, where there are several.
    pub tabs: Option<Tabs>,
    /// In order.
    pub blocks: Vec<Block>,
}

/// A section.
#[derive(Clone, Debug)]
pub struct Block {
    /// `<h2>`
    pub title: String,
    /// Below it; empty for nothing.
    pub lead: String,
    /// Whether it tells of something that is broken.
    pub is_bad: bool,
    /// What it shows.
    pub parts: Vec<Part>,
}

/// Something of a section.
#[derive(Clone, Debug, Template)]
#[template(path = "console/parts/part.html")]
pub enum Part {
    /// A paragraph.
    Text(String),
    /// Names and values.
    Facts(Facts),
    /// Rows.
    Table(Table),
    /// Instead of rows.
    Empty(Empty),
    /// To the next rows.
    Pager(Pager),
    /// JSON.
    Json(JsonBlock),
    /// Bars.
    Chart(Chart),
    /// Figures.
    Stats(Stats),
    /// Inputs.
    Form(Form),
}

/// Something to enter.
#[derive(Clone, Debug, Template)]
#[template(path = "console/parts/form.html")]
pub struct Form {
    /// Where it is sent.
    pub action: String,
    /// The session's token against forged requests.
    pub csrf: String,
    /// What is entered.
    pub fields: Vec<Field>,
    /// On the button.
    pub verb: String,
}

impl askama::filters::HtmlSafe for Part {}
impl askama::filters::HtmlSafe for Form {}

impl Block {
    /// A section of one part.
    pub fn new(title: &str, part: Part) -> Self {
        Self { title: title.to_owned(), lead: String::new(), is_bad: false, parts: Vec::new() }.and(part)
    }

    /// With words below its heading.
    #[must_use]
    pub fn saying(self, lead: impl Into<String>) -> Self {
        Self { lead: lead.into(), ..self }
    }

    /// With one more part.
    #[must_use]
    pub fn and(mut self, mut part: Part) -> Self {
        if let Part::Empty(empty) = &mut part {
            // Below the section's own heading.
            empty.level = 3;
        }
        self.parts.push(part);
        self
    }

    /// What is broken.
    #[must_use]
    pub fn bad(self) -> Self {
        Self { is_bad: true, ..self }
    }
}

impl Detail {
    /// As HTML.
    pub fn render(&self) -> String {
        Template::render(self).expect("writing into memory does not fail")
    }
}
