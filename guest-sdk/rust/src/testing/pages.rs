//! Pagination in the mock: link, cursor and offset, as the host does them.

use serde_json::{Map, Value};

use super::cache::failure;
use super::mock::MockHandle;
use super::request::decoded_pair;
use crate::host::{Body, Failure, HostPages, Method, RawPage, RawResponse, Request};

pub(crate) struct MockPages {
    host: MockHandle,
    method: Method,
    request: Request,
    options: Map<String, Value>,
    /// The next offset, for that kind.
    offset: u64,
    done: bool,
}

impl MockPages {
    pub(super) fn open(host: MockHandle, method: Method, mut request: Request, options: Map<String, Value>) -> Result<Self, Failure> {
        let text = |key: &str| options.get(key).and_then(Value::as_str);
        if text("type").is_none() {
            let message = "there is no pagination configuration: name the kind at the call (`.link(..)`, `.cursor(..)`, `.offset(..)`) \
                           or give the provider's with `Test::pagination`";
            return Err(failure("pagination_not_configured", message));
        }
        let offset = options.get("offset_start_value").and_then(Value::as_u64).unwrap_or(0);
        if let (Some(limit), Some(name)) = (options.get("limit").and_then(Value::as_u64), text("limit_name_in_request")) {
            set(&mut request, &options, name, limit.into());
        }
        let mut pages = Self { host, method, request, options, offset, done: false };
        pages.set_offset();
        Ok(pages)
    }

    fn option(&self, key: &str) -> Option<&str> {
        self.options.get(key).and_then(Value::as_str)
    }

    fn set_offset(&mut self) {
        if let Some(name) = self.option("offset_name_in_request").map(str::to_owned) {
            set(&mut self.request, &self.options, &name, self.offset.into());
        }
    }

    /// Prepares the following request; what it is known by, or `None` after the last page.
    fn turn(&mut self, response: &RawResponse, body: &Value, items: usize) -> Option<String> {
        match self.option("type")? {
            "link" => {
                let header = self.option("link_rel_in_response_header").and_then(|relation| link(response, relation));
                let link = header.or_else(|| Some(at(body, self.option("link_path_in_response_body")?)?.as_str()?.to_owned()))?;
                if link.is_empty() || link == self.request.endpoint {
                    return None;
                }
                self.request.query.clear();
                self.request.endpoint.clone_from(&link);
                Some(link)
            }
            "cursor" => {
                let cursor = match at(body, self.option("cursor_path_in_response")?)? {
                    Value::String(cursor) if !cursor.is_empty() => cursor.clone(),
                    Value::Number(cursor) => cursor.to_string(),
                    _ => return None,
                };
                let name = self.option("cursor_name_in_request")?.to_owned();
                set(&mut self.request, &self.options, &name, cursor.clone().into());
                (items > 0).then_some(cursor)
            }
            _ => {
                let limit = self.options.get("limit").and_then(Value::as_u64);
                let items = items as u64;
                if items == 0 || limit.is_some_and(|limit| items < limit) {
                    return None;
                }
                self.offset += if self.option("offset_calculation_method") == Some("per-page") { 1 } else { items };
                self.set_offset();
                Some(self.offset.to_string())
            }
        }
    }
}

impl HostPages for MockPages {
    fn next(&mut self) -> Result<Option<RawPage>, Failure> {
        if self.done {
            return Ok(None);
        }
        let response = self.host.answer(self.method, &self.request)?;
        let text = match &response.body {
            Body::Text(text) => text.as_str(),
            Body::Bytes(_) => "",
        };
        let body: Value =
            serde_json::from_str(text).map_err(|error| failure("invalid_provider_response", &format!("the page is not JSON: {error}")))?;
        let items = match self.option("response_path") {
            Some(path) => at(&body, path).cloned().unwrap_or_default(),
            None => body.clone(),
        };
        let count = match &items {
            Value::Array(items) => items.len(),
            Value::Null => 0,
            _ => return Err(failure("invalid_provider_response", "the page's items are not an array; set `items(\"path\")`")),
        };
        let next = self.turn(&response, &body, count);
        self.done = next.is_none();
        if count == 0 && self.option("type") != Some("link") {
            return Ok(None);
        }
        let items = if count == 0 { "[]".to_owned() } else { items.to_string() };
        Ok(Some(RawPage { items, response, next }))
    }
}

/// Sets a parameter in the query, or in the body where the options or the method say so.
fn set(request: &mut Request, options: &Map<String, Value>, name: &str, value: Value) {
    if options.get("in_body").and_then(Value::as_bool) == Some(true) {
        let mut body = match &request.body {
            Some(Body::Text(text)) => serde_json::from_str(text).unwrap_or_default(),
            _ => Value::Object(Map::new()),
        };
        let mut place = &mut body;
        for part in name.split('.') {
            place = &mut place[part];
        }
        *place = value;
        request.body = Some(Body::Text(body.to_string()));
        return;
    }
    request.query.retain(|(known, _)| known != name);
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    request.query.push((name.to_owned(), text));
}

fn at<'a>(body: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(body, |value, part| value.get(part))
}

/// The target of a relation in the `Link` header (RFC 8288).
fn link(response: &RawResponse, relation: &str) -> Option<String> {
    let (_, header) = response.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("link"))?;
    header.split(',').find_map(|link| {
        let (target, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
        let named = parameters.split(';').map(|parameter| decoded_pair(parameter.trim()));
        named.into_iter().any(|(name, value)| name == "rel" && value.trim_matches('"') == relation).then(|| target.to_owned())
    })
}
