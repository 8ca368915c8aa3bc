//! What is known of one thing, by name.

use askama::Template;

use crate::pages::Cell;

/// Names and values.
#[derive(Clone, Debug, Default, Template)]
#[template(
    source = r#"<dl class="facts">{% for (name, cell) in self.0 %}<div><dt>{{ name }}</dt><dd>{{ cell }}</dd></div>{% endfor %}</dl>"#,
    ext = "html"
)]
pub struct Facts(pub Vec<(String, Cell)>);

impl Facts {
    /// One more.
    #[must_use]
    pub fn and(mut self, name: &str, cell: Cell) -> Self {
        self.0.push((name.to_owned(), cell));
        self
    }

    /// One more, where there is something to say.
    #[must_use]
    pub fn and_some(self, name: &str, cell: Option<Cell>) -> Self {
        match cell {
            Some(cell) => self.and(name, cell),
            None => self,
        }
    }
}
