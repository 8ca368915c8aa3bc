//! How a list is paged: the provider's defaults with the call's own `paginate` object laid over them.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};
use syncline_providers::Entry;
use url::{Url, form_urlencoded};

use super::{PaginateDefect, path};

/// Complete and checked.
#[derive(Clone, Debug)]
pub struct PaginateConfig {
    pub(super) kind: Kind,
    pub(super) response_path: Option<String>,
    pub(super) limit: Option<u64>,
    pub(super) limit_name: Option<String>,
    pub(super) in_body: bool,
    pub(super) hosts: Option<Arc<[String]>>,
    hidden: Vec<String>,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    Cursor { name: String, path: String },
    Link { rel: Option<String>, path: Option<String> },
    Offset { name: String, start: u64, per_page: bool },
}

/// What leads to the next page.
#[derive(Debug)]
pub(super) enum Step {
    /// A JSON scalar as text.
    Value(String),
    Link(Url),
}

/// The wire's fields. Unknown ones (`on_page`) are the caller's own affair.
#[derive(Deserialize)]
struct Fields {
    #[serde(rename = "type")]
    kind: Option<String>,
    cursor_name_in_request: Option<String>,
    cursor_path_in_response: Option<String>,
    link_rel_in_response_header: Option<String>,
    link_path_in_response_body: Option<String>,
    offset_name_in_request: Option<String>,
    offset_start_value: Option<u64>,
    offset_calculation_method: Option<String>,
    response_path: Option<String>,
    limit: Option<u64>,
    limit_name_in_request: Option<String>,
    in_body: Option<bool>,
}

impl PaginateConfig {
    /// `call` is the call's `paginate` object as JSON text; `hosts` are foreign hosts that a link may lead to.
    pub fn new(entry: &Entry, call: Option<&str>, hosts: Option<Arc<[String]>>) -> Result<Self, PaginateDefect> {
        let mut merged = match &entry.proxy.paginate {
            Some(default) => match serde_json::to_value(default) {
                Ok(Value::Object(object)) => object,
                _ => Map::new(),
            },
            None => Map::new(),
        };
        if let Some(call) = call.filter(|text| !matches!(text.trim(), "" | "null")) {
            let own: Map<String, Value> = serde_json::from_str(call).map_err(|_| PaginateDefect::BadConfig)?;
            merged.extend(own.into_iter().filter(|(_, value)| !value.is_null()));
        }
        let fields: Fields = serde_json::from_value(Value::Object(merged)).map_err(|_| PaginateDefect::BadConfig)?;
        let kind = match fields.kind.as_deref() {
            None => return Err(PaginateDefect::NotConfigured { provider: entry.key.clone() }),
            Some("cursor") => Kind::Cursor {
                name: fields.cursor_name_in_request.ok_or(PaginateDefect::Missing("cursor_name_in_request"))?,
                path: fields.cursor_path_in_response.ok_or(PaginateDefect::Missing("cursor_path_in_response"))?,
            },
            Some("link") => match (fields.link_rel_in_response_header, fields.link_path_in_response_body) {
                (None, None) => return Err(PaginateDefect::Missing("link_rel_in_response_header or link_path_in_response_body")),
                (rel, path) => Kind::Link { rel, path },
            },
            Some("offset") => Kind::Offset {
                name: fields.offset_name_in_request.ok_or(PaginateDefect::Missing("offset_name_in_request"))?,
                start: fields.offset_start_value.unwrap_or(0),
                per_page: match fields.offset_calculation_method.as_deref() {
                    None | Some("by-response-size") => false,
                    Some("per-page") => true,
                    Some(_) => return Err(PaginateDefect::BadConfig),
                },
            },
            Some(_) => return Err(PaginateDefect::BadConfig),
        };
        if matches!(kind, Kind::Cursor { .. }) && fields.limit.is_some() && fields.limit_name_in_request.is_none() {
            return Err(PaginateDefect::Missing("limit_name_in_request"));
        }
        Ok(Self {
            kind,
            response_path: fields.response_path.filter(|path| !path.is_empty()),
            limit: fields.limit,
            limit_name: fields.limit_name_in_request,
            in_body: fields.in_body.unwrap_or(false),
            hosts,
            hidden: entry.proxy.query.keys().cloned().collect(),
        })
    }

    /// What a function may see of the next step: a link without the provider's own parameters, which may be keys.
    pub(super) fn show(&self, step: &Step) -> String {
        match step {
            Step::Value(value) => path::plain(value),
            Step::Link(link) => {
                let mut link = link.clone();
                let is_shown = |pair: &&str| {
                    form_urlencoded::parse(pair.as_bytes()).next().is_none_or(|(name, _)| !self.hidden.iter().any(|hidden| *hidden == name))
                };
                let shown = link.query().map(|query| query.split('&').filter(is_shown).collect::<Vec<_>>().join("&"));
                link.set_query(shown.as_deref().filter(|query| !query.is_empty()));
                link.into()
            }
        }
    }
}
