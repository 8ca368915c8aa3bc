//! Query parameters of GitHub's lists, and the `Link` header (RFC 8288) that leads through them.

use std::collections::BTreeMap;

use syncline_domain::Timestamp;

use super::data::Issue;

const DEFAULT_PER_PAGE: usize = 30;
const MAX_PER_PAGE: usize = 100;

/// A list's query, as sent. Unknown parameters are kept, so that the links repeat them.
#[derive(Debug, Default)]
pub(super) struct Query(BTreeMap<String, String>);

/// One page, and where the others are.
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    pub(super) link: Option<String>,
}

impl Query {
    pub(super) fn parse(raw: Option<&str>) -> Self {
        Self(url::form_urlencoded::parse(raw.unwrap_or_default().as_bytes()).into_owned().collect())
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    fn number(&self, name: &str, default: usize) -> usize {
        self.text(name).and_then(|text| text.parse().ok()).filter(|number| *number > 0).unwrap_or(default)
    }

    /// GitHub's defaults: open ones only, newest first.
    pub(super) fn select<'a>(&self, issues: impl Iterator<Item = &'a Issue>) -> Vec<&'a Issue> {
        let since = self.text("since").and_then(|text| Timestamp::parse(text).ok());
        let state = self.text("state").unwrap_or("open");
        let mut chosen: Vec<&Issue> = issues
            .filter(|issue| state == "all" || issue.open == (state == "open"))
            .filter(|issue| since.is_none_or(|since| issue.updated_at >= since))
            .collect();
        chosen.sort_by_key(|issue| match self.text("sort") {
            Some("updated") => (issue.updated_at.unix_micros(), issue.id),
            Some("comments") => (issue.comments.cast_signed(), issue.id),
            _ => (issue.created_at.unix_micros(), issue.id),
        });
        if self.text("direction") != Some("asc") {
            chosen.reverse();
        }
        chosen
    }

    /// Cuts the page out and links its neighbours. `url` is the list's own, without a query.
    pub(super) fn page<T>(&self, all: Vec<T>, url: &str) -> Page<T> {
        let per_page = self.number("per_page", DEFAULT_PER_PAGE).min(MAX_PER_PAGE);
        let page = self.number("page", 1);
        let last = all.len().div_ceil(per_page).max(1);
        let link = |number: usize, relation: &str| {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            for (name, value) in self.0.iter().filter(|(name, _)| *name != "page") {
                query.append_pair(name, value);
            }
            query.append_pair("page", &number.to_string());
            format!("<{url}?{}>; rel=\"{relation}\"", query.finish())
        };
        let mut links = Vec::new();
        if page > 1 {
            links.extend([link(page - 1, "prev"), link(1, "first")]);
        }
        if page < last {
            links.extend([link(page + 1, "next"), link(last, "last")]);
        }
        let items = all.into_iter().skip((page - 1) * per_page).take(per_page).collect();
        Page { items, link: (!links.is_empty()).then(|| links.join(", ")) }
    }
}
