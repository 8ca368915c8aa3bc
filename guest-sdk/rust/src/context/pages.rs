//! Lists, page by page. The host turns the pages; the provider's entry says how, and the options here go before it.

use std::ops::Deref;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{RequestBuilder, Response};
use crate::error::{Result, parse};
use crate::host::{Handle, Host, HostPages};

/// A walk through a list endpoint.
///
/// ```
/// # use syncline_functions::{ActionContext, Result, Value};
/// # async fn example(cx: ActionContext) -> Result<()> {
/// let mut pages = cx.get("/issues").query("state", "all").paginate().page_size(100);
/// while let Some(page) = pages.next::<Value>().await? {
///     for issue in page { /* .. */ }
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "ask for pages with `next`"]
pub struct Pages {
    options: Map<String, Value>,
    state: State,
}

enum State {
    New(RequestBuilder),
    Open(<Handle as Host>::Pages),
    Done,
}

impl Pages {
    pub(super) fn new(request: RequestBuilder) -> Self {
        Self { options: Map::new(), state: State::New(request) }
    }

    /// How many items to ask for a page.
    pub fn page_size(self, items: u32) -> Self {
        self.option("limit", items)
    }

    /// The parameter that takes the page size: `per_page`.
    pub fn page_size_name(self, name: &str) -> Self {
        self.option("limit_name_in_request", name)
    }

    /// Where the items are in the answer, `data.items`; the whole body where it is the list.
    pub fn items(self, path: &str) -> Self {
        self.option("response_path", path)
    }

    /// The next page's address is in the `Link` header under this relation: `next`.
    pub fn link(self, relation: &str) -> Self {
        self.option("type", "link").option("link_rel_in_response_header", relation)
    }

    /// The next page's address is in the body at this path: `paging.next`.
    pub fn link_in_body(self, path: &str) -> Self {
        self.option("type", "link").option("link_path_in_response_body", path)
    }

    /// The cursor at `path` of the answer is the parameter `name` of the next request.
    pub fn cursor(self, name: &str, path: &str) -> Self {
        self.option("type", "cursor").option("cursor_name_in_request", name).option("cursor_path_in_response", path)
    }

    /// The parameter `name` counts the items that were read.
    pub fn offset(self, name: &str) -> Self {
        self.option("type", "offset").option("offset_name_in_request", name)
    }

    /// The parameter `name` counts pages, from `first`.
    pub fn page_number(self, name: &str, first: u32) -> Self {
        self.offset(name).option("offset_start_value", first).option("offset_calculation_method", "per-page")
    }

    /// Sends the parameters in the body.
    pub fn in_body(self) -> Self {
        self.option("in_body", true)
    }

    /// Any other option of the host's pagination.
    pub fn option(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.options.insert(name.to_owned(), value.into());
        self
    }

    /// The next page, or `None` after the last.
    pub async fn next<T: DeserializeOwned>(&mut self) -> Result<Option<Page<T>>> {
        let mut pages = match std::mem::replace(&mut self.state, State::Done) {
            State::New(request) => {
                let (host, method) = (request.host.clone(), request.method);
                let options = Value::Object(std::mem::take(&mut self.options)).to_string();
                host.paginate(method, request.finish()?, &options)?
            }
            State::Open(pages) => pages,
            State::Done => return Ok(None),
        };
        let Some(raw) = HostPages::next(&mut pages)? else { return Ok(None) };
        let items = parse("reading a page's items", &raw.items)?;
        if raw.next.is_some() {
            self.state = State::Open(pages);
        }
        Ok(Some(Page { items, response: Response::new(raw.response), next: raw.next }))
    }
}

/// One page: its items, to iterate over or to look at as a slice.
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// The answer that they came in.
    pub response: Response,
    /// The cursor, link or offset of the following page; `None` on the last.
    pub next: Option<String>,
}

impl<T> Deref for Page<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.items
    }
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}
