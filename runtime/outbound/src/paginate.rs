//! Pages of a list, one call after the other. Items stay the text that they came in.

use http::header::{CONTENT_TYPE, LINK};
use http::{HeaderValue, Method};
use indexmap::IndexMap;
use serde_json::value::RawValue;
use url::{Url, form_urlencoded};

use crate::hosts::host_is_named;
use crate::{BufferedResponse, CallBody, ProxyCall};

mod config;
mod defect;
mod link;
mod path;

pub use config::PaginateConfig;
use config::{Kind, Step};
pub use defect::PaginateDefect;

/// One page.
#[derive(Clone, Debug)]
pub struct Page {
    /// A JSON array, as the provider wrote it.
    pub items: Box<RawValue>,
    /// How many are in it.
    pub len: usize,
    /// The next page's cursor, link or offset; `None` on the last.
    pub next: Option<String>,
}

/// Goes through the pages: [`Self::next_call`] gives the request, [`Self::accept`] takes its response.
#[derive(Debug)]
pub struct Paginator {
    config: PaginateConfig,
    call: Option<ProxyCall>,
    /// Of the page just asked for, to see a provider that links a page to itself.
    last_link: Option<Url>,
    /// The same for one that names the cursor that it was asked with.
    last_cursor: Option<String>,
    offset: u64,
}

impl Paginator {
    /// `call` is the first page's request; parameters for paging are added here.
    pub fn new(config: PaginateConfig, call: ProxyCall) -> Result<Self, PaginateDefect> {
        let mut call = call;
        let mut first: Vec<(&str, String)> = Vec::new();
        if let (Some(limit), Some(name)) = (config.limit, config.limit_name.as_deref()) {
            first.push((name, limit.to_string()));
        }
        let mut offset = 0;
        if let Kind::Offset { name, start, .. } = &config.kind {
            offset = *start;
            first.push((name, offset.to_string()));
        }
        if call.body.replay().is_none() {
            return Err(PaginateDefect::StreamedBody);
        }
        set(&mut call, &config, &first)?;
        Ok(Self { config, call: Some(call), last_link: None, last_cursor: None, offset })
    }

    /// The request of the next page; `None` at the end.
    pub fn next_call(&self) -> Option<ProxyCall> {
        self.call.as_ref().and_then(ProxyCall::replay)
    }

    /// Reads the page out of its response; `None` where an empty page ends the list. After a defect there is no next call.
    pub fn accept(&mut self, response: &BufferedResponse) -> Result<Option<Page>, PaginateDefect> {
        let Some(call) = self.call.take() else { return Ok(None) };
        if !response.status.is_success() {
            return Err(PaginateDefect::Status(response.status.as_u16()));
        }
        let body: &RawValue = serde_json::from_slice(&response.body).map_err(|_| PaginateDefect::not_json(response))?;
        let items = match &self.config.response_path {
            Some(path) => path::find(body, path),
            None => Some(body),
        };
        let items = items.filter(|items| items.get() != "null");
        let count = match items {
            Some(items) => {
                let defect = |_| PaginateDefect::NotAList { path: self.config.response_path.clone() };
                serde_json::from_str::<Vec<&RawValue>>(items.get()).map_err(defect)?.len()
            }
            None => 0,
        };
        let kind = self.config.kind.clone();
        let step = match &kind {
            Kind::Cursor { .. } | Kind::Offset { .. } if count == 0 => return Ok(None),
            Kind::Cursor { path, .. } => self.resume(path::find(body, path).and_then(path::scalar)),
            Kind::Offset { per_page, .. } => self.advance(*per_page, count),
            Kind::Link { rel, path } => self.follow(rel.as_deref(), path.as_deref(), body, response)?,
        };
        let next = step.as_ref().map(|step| self.config.show(step));
        self.call = step.map(|step| self.prepare(call, step)).transpose()?;
        let items = items.map_or_else(|| RawValue::from_string("[]".to_owned()).expect("JSON"), ToOwned::to_owned);
        Ok(Some(Page { items, len: count, next }))
    }

    /// A request that was just answered would be answered alike again, for ever.
    fn resume(&mut self, cursor: Option<String>) -> Option<Step> {
        let cursor = cursor.filter(|cursor| self.last_cursor.as_ref() != Some(cursor))?;
        self.last_cursor = Some(cursor.clone());
        Some(Step::Value(cursor))
    }

    fn advance(&mut self, per_page: bool, count: usize) -> Option<Step> {
        let count = count as u64;
        if self.config.limit.is_some_and(|limit| count < limit) {
            return None;
        }
        self.offset = self.offset.checked_add(if per_page { 1 } else { count })?;
        Some(Step::Value(self.offset.to_string()))
    }

    fn follow(
        &mut self,
        rel: Option<&str>,
        path: Option<&str>,
        body: &RawValue,
        response: &BufferedResponse,
    ) -> Result<Option<Step>, PaginateDefect> {
        let headers = response.headers.get_all(LINK);
        let from_header =
            rel.and_then(|rel| headers.iter().filter_map(|value| value.to_str().ok()).find_map(|value| link::find(value, rel)));
        let from_body = || path::find(body, path?).and_then(path::string).filter(|link| !link.is_empty());
        let Some(text) = from_header.or_else(from_body) else { return Ok(None) };
        let link = response.url.join(&text).map_err(|_| PaginateDefect::BadLink)?;
        if self.last_link.as_ref() == Some(&link) || response.url == link {
            return Ok(None);
        }
        let declared = self.config.hosts.as_deref().is_some_and(|hosts| link.host_str().is_some_and(|host| host_is_named(host, hosts)));
        // Where a page says to go, the credentials go.
        if link.origin() != response.url.origin() && !declared {
            return Err(PaginateDefect::ForeignLink { host: link.host_str().unwrap_or_default().to_owned() });
        }
        self.last_link = Some(link.clone());
        Ok(Some(Step::Link(link)))
    }

    fn prepare(&self, mut call: ProxyCall, step: Step) -> Result<ProxyCall, PaginateDefect> {
        match (step, &self.config.kind) {
            (Step::Value(value), Kind::Cursor { name, .. } | Kind::Offset { name, .. }) => {
                set(&mut call, &self.config, &[(name, value)])?;
            }
            (Step::Link(link), _) => {
                call.base_url_override = Some(link.origin().ascii_serialization());
                link.path().clone_into(&mut call.endpoint);
                call.query = link.query().map(str::to_owned);
            }
            (Step::Value(_), Kind::Link { .. }) => unreachable!("a link's step is a link"),
        }
        Ok(call)
    }
}

/// Puts parameters where this list takes them. Values are JSON scalars as text: `"abc"`, `17`.
fn set(call: &mut ProxyCall, config: &PaginateConfig, parameters: &[(&str, String)]) -> Result<(), PaginateDefect> {
    if parameters.is_empty() {
        return Ok(());
    }
    let with_body = [Method::POST, Method::PUT, Method::PATCH].contains(&call.method);
    if !(config.in_body || with_body) {
        let endpoint_query = call.endpoint.split_once('?').map(|(endpoint, query)| (endpoint.to_owned(), query.to_owned()));
        if let Some((endpoint, query)) = endpoint_query {
            call.endpoint = endpoint;
            call.query = Some([Some(query), call.query.take()].into_iter().flatten().collect::<Vec<_>>().join("&"));
        }
        let old = call.query.take().unwrap_or_default();
        let is_set = |pair: &&str| {
            form_urlencoded::parse(pair.as_bytes()).next().is_some_and(|(name, _)| parameters.iter().any(|(set, _)| *set == name))
        };
        let mut query: Vec<String> = old.split('&').filter(|pair| !pair.is_empty() && !is_set(pair)).map(str::to_owned).collect();
        for (name, value) in parameters {
            query.push(form_urlencoded::Serializer::new(String::new()).append_pair(name, &path::plain(value)).finish());
        }
        call.query = Some(query.join("&"));
        return Ok(());
    }
    let mut body = match &call.body {
        CallBody::Bytes(bytes) => std::str::from_utf8(bytes).map_err(|_| PaginateDefect::BodyNotJson)?.to_owned(),
        CallBody::Empty => "{}".to_owned(),
        CallBody::Stream { .. } => return Err(PaginateDefect::StreamedBody),
    };
    for (name, value) in parameters {
        let patch = name.rsplit('.').fold(value.clone(), |inner, key| {
            let key = serde_json::to_string(key).expect("a string is JSON");
            format!("{{{key}:{inner}}}")
        });
        body = syncline_domain::merge_deep(&body, &patch).map_err(|_| PaginateDefect::BodyNotJson)?;
    }
    call.body = CallBody::Bytes(body.into());
    call.headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
    Ok(())
}

/// Objects are read level by level, values kept as text.
type Object<'a> = IndexMap<String, &'a RawValue>;

#[cfg(test)]
mod tests;
