//! The pages of one thing or area, side by side.

use askama::Template;

/// Links; one of them is this page.
#[derive(Clone, Debug, Default, Template)]
#[template(
    source = r#"<nav class="tabs" aria-label="{{ label }}">{% for tab in tabs %}<a href="{{ tab.href }}"{% if tab.is_current %} aria-current="page"{% endif %}>{{ tab.title }}</a>{% endfor %}</nav>"#,
    ext = "html"
)]
pub struct Tabs {
    /// For screen readers.
    pub label: String,
    /// In order.
    pub tabs: Vec<Tab>,
}

/// One of them.
#[derive(Clone, Debug)]
pub struct Tab {
    /// For people.
    pub title: String,
    /// Where it is.
    pub href: String,
    /// Whether it is this page.
    pub is_current: bool,
}
