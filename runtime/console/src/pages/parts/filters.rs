//! What a list is narrowed by: a form that becomes the page's address, so that the view can be linked to.

use askama::Template;

/// The form. It drops the cursor: another question begins at its first page.
#[derive(Clone, Debug, Template)]
#[template(path = "console/parts/filters.html")]
pub struct Filters {
    /// The list's path.
    pub path: String,
    /// In order.
    pub fields: Vec<Filter>,
}

/// One input.
#[derive(Clone, Debug)]
pub struct Filter {
    /// In the query.
    pub name: String,
    /// For people.
    pub label: String,
    /// As asked; empty for all.
    pub value: String,
    /// How it is entered.
    pub kind: FilterKind,
}

/// How a filter is entered.
#[derive(Clone, Debug)]
pub enum FilterKind {
    /// A line, with what stands in it while it is empty.
    Text(String),
    /// One of these, as value and label; the first choice is always any.
    Choice(Vec<(String, String)>),
}

impl Filter {
    /// A line.
    pub fn text(name: &str, label: &str, value: &str, example: &str) -> Self {
        Self { name: name.to_owned(), label: label.to_owned(), value: value.to_owned(), kind: FilterKind::Text(example.to_owned()) }
    }

    /// One of these, which are values and labels at once.
    pub fn choice<T: Into<String>>(name: &str, label: &str, value: &str, choices: impl IntoIterator<Item = (T, T)>) -> Self {
        let choices = choices.into_iter().map(|(value, label)| (value.into(), label.into())).collect();
        Self { name: name.to_owned(), label: label.to_owned(), value: value.to_owned(), kind: FilterKind::Choice(choices) }
    }
}

impl Filters {
    /// Whether anything is narrowed.
    pub fn is_used(&self) -> bool {
        self.fields.iter().any(|field| !field.value.is_empty())
    }
}
