//! Where something stands in a delivery.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::Value;

use super::{Path, WebhookRequest};
use crate::schema::pattern::PLACE;

/// `header.NAME`, `query.NAME`, `body` or `body.PATH`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Source {
    /// A header, its name in lower case.
    Header(String),
    /// A query parameter.
    Query(String),
    /// A place in the body.
    Body(Path),
}

/// What is not worth reading any further: no id and no name is longer.
const MAX_CHARS: usize = 1_024;
/// Nor are lists of them.
const MAX_VALUES: usize = 100;

impl Source {
    /// `None` for a text of another form.
    pub fn parse(text: &str) -> Option<Self> {
        let (place, rest) = text.split_once('.').unwrap_or((text, ""));
        match place {
            "header" if !rest.is_empty() => Some(Self::Header(rest.to_ascii_lowercase())),
            "query" if !rest.is_empty() => Some(Self::Query(rest.to_owned())),
            "body" if text == "body" || !rest.is_empty() => Path::parse(rest).map(Self::Body),
            _ => None,
        }
    }

    /// What stands there, as text; nothing for what is empty, an object, a list, or longer than any id.
    pub fn text(&self, request: &WebhookRequest<'_>) -> Option<String> {
        let found = match self {
            Self::Header(name) => request.header(name).map(str::to_owned),
            Self::Query(name) => request.parameter(name).map(str::to_owned),
            Self::Body(path) => scalar(path.find(request.json()?)?),
        };
        found.filter(|text| !text.is_empty() && text.len() <= MAX_CHARS)
    }

    /// The same, and of a list each item.
    pub fn texts(&self, request: &WebhookRequest<'_>) -> Vec<String> {
        if let Self::Body(path) = self
            && let Some(Value::Array(items)) = request.json().and_then(|body| path.find(body))
        {
            let texts = items.iter().take(MAX_VALUES).filter_map(scalar);
            return texts.filter(|text| !text.is_empty() && text.len() <= MAX_CHARS).collect();
        }
        self.text(request).into_iter().collect()
    }

    /// Whether anything stands there, whatever it is.
    pub fn is_present(&self, request: &WebhookRequest<'_>) -> bool {
        match self {
            Self::Header(name) => request.header(name).is_some(),
            Self::Query(name) => request.parameter(name).is_some(),
            Self::Body(path) => request.json().and_then(|body| path.find(body)).is_some(),
        }
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name) => write!(f, "header.{name}"),
            Self::Query(name) => write!(f, "query.{name}"),
            Self::Body(path) if path.parts().is_empty() => f.write_str("body"),
            Self::Body(path) => write!(f, "body.{path}"),
        }
    }
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom(format_args!("`{text}` is none of header.NAME, query.NAME, body and body.PATH")))
    }
}

impl JsonSchema for Source {
    fn schema_name() -> Cow<'static, str> {
        "place".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": PLACE })
    }
}
