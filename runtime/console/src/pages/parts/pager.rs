//! To the next page of a list that is read by cursor. Plain links, so that the back button is the way back.

use askama::Template;

/// Shown where there is another page.
#[derive(Clone, Debug, Default, Template)]
#[template(
    source = r#"{% if newest.is_some() || older.is_some() %}<nav class="pages" aria-label="{{ label }}">{% if let Some(href) = newest %}<a class="button button-small" href="{{ href }}" rel="first">Newest</a>{% else %}<span></span>{% endif %}{% if let Some(href) = older %}<a class="button button-small" href="{{ href }}" rel="next">Older</a>{% else %}<span class="muted small">That is all</span>{% endif %}</nav>{% endif %}"#,
    ext = "html"
)]
pub struct Pager {
    /// `Pages of runs`
    pub label: String,
    /// Back to the first page, from any other.
    pub newest: Option<String>,
    /// Where the list goes on.
    pub older: Option<String>,
}
