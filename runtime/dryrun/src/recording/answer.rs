//! One recorded answer, and whether a request is the one that it belongs to.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;
use syncline_outbound::BufferedResponse;
use url::Url;

use super::identity::{self, Identity, Pairs, plain_path};
use crate::compare;

/// What the provider answered, and what is known of the request.
#[derive(Clone, Debug)]
pub struct Answer {
    pub(super) method: String,
    /// As looked up: without leading slash, escapes read.
    pub(super) path: String,
    hash: Option<String>,
    pub(super) asked: Option<Asked>,
    status: u16,
    headers: Pairs,
    /// JSON text.
    response: Option<String>,
}

/// The recorded request.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) params: Pairs,
    /// Not looked at where the recording says nothing about them.
    pub(super) headers: Option<Pairs>,
    pub(super) data: Option<String>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    /// `null` is an answer too.
    #[serde(borrow, default, deserialize_with = "given")]
    response: Option<&'a RawValue>,
    #[serde(default)]
    status: Option<u16>,
    #[serde(default)]
    headers: Option<Value>,
    #[serde(default)]
    hash: Option<String>,
    #[serde(default)]
    request: Option<Request>,
}

#[derive(Deserialize)]
struct Request {
    #[serde(default)]
    params: Option<Value>,
    #[serde(default)]
    headers: Option<Value>,
    #[serde(default)]
    data: Option<Value>,
}

fn given<'de: 'a, 'a, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'a RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

/// Node's form of bytes in JSON.
#[derive(Deserialize)]
struct Buffer {
    #[serde(rename = "type")]
    kind: String,
    data: BufferData,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum BufferData {
    Numbers(Vec<u8>),
    Base64(String),
}

impl Answer {
    pub(super) fn parse(method: &str, path: &str, text: &str) -> Result<Self, serde_json::Error> {
        let entry: Entry<'_> = serde_json::from_str(text)?;
        let asked = entry.request.map(|request| Asked {
            params: pairs(request.params.as_ref()),
            headers: request.headers.as_ref().map(|headers| identity::own(pairs(Some(headers)))),
            data: request.data.filter(|data| !data.is_null()).map(|data| match data {
                // A body's identity already, or a text that was sent.
                Value::String(text) => identity::data_text(&identity::compact(&text)),
                data => identity::data_text(&data.to_string()),
            }),
        });
        Ok(Self {
            method: method.to_ascii_lowercase(),
            path: plain_path(path),
            hash: entry.hash,
            asked,
            status: entry.status.unwrap_or(200),
            headers: pairs(entry.headers.as_ref()),
            response: entry.response.map(|response| response.get().to_owned()),
        })
    }

    /// `alone`: the recording has no other answer of this method and path.
    pub(super) fn fits(&self, request: &Identity, alone: bool) -> bool {
        match (&self.hash, &self.asked) {
            (None, None) => alone && request.params.is_empty(),
            (hash, asked) => {
                hash.as_ref().is_some_and(|hash| *hash == request.hash())
                    || asked.as_ref().is_some_and(|asked| {
                        asked.params == request.params
                            && asked.headers.as_ref().is_none_or(|headers| *headers == request.headers)
                            && asked.data.as_ref().is_none_or(|data| request.data.as_ref().is_some_and(|sent| same_data(data, sent)))
                    })
            }
        }
    }

    /// Method, path and query, for a person.
    pub(super) fn shown(&self) -> String {
        let query = self.asked.as_ref().map(|asked| identity::shown_query(&asked.params)).unwrap_or_default();
        format!("{} /{}{query}", self.method.to_ascii_uppercase(), self.path)
    }

    /// Everything that was answered, as text.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.headers.iter().map(|(_, value)| value.as_str()).chain(self.response.as_deref())
    }

    /// The answer as it would come from the network.
    pub fn response(&self, url: Url) -> BufferedResponse {
        let header = |(name, value): &(String, String)| Some((name.parse::<HeaderName>().ok()?, HeaderValue::from_str(value).ok()?));
        let mut headers = HeaderMap::new();
        for (name, value) in self.headers.iter().filter_map(header) {
            headers.append(name, value);
        }
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        BufferedResponse { status, headers, body: self.body(), attempts: 1, url }
    }

    /// Text where it was recorded as text, else JSON in its exact digits.
    fn body(&self) -> Bytes {
        let Some(text) = &self.response else { return Bytes::new() };
        if text.starts_with('"') {
            return serde_json::from_str::<String>(text).unwrap_or_default().into();
        }
        match serde_json::from_str::<Buffer>(text) {
            Ok(Buffer { kind, data }) if kind == "Buffer" => match data {
                BufferData::Numbers(bytes) => bytes.into(),
                BufferData::Base64(text) => STANDARD.decode(text).unwrap_or_default().into(),
            },
            _ => text.clone().into(),
        }
    }
}

/// The order of members makes no other body.
pub(super) fn same_data(recorded: &str, sent: &str) -> bool {
    let parsed = |text: &str| serde_json::from_str::<Value>(text).ok();
    recorded == sent || matches!((parsed(recorded), parsed(sent)), (Some(one), Some(other)) if compare::equal(&one, &other))
}

/// Names and values as strings: an object, or a list of pairs. Lists of values are joined by commas.
fn pairs(value: Option<&Value>) -> Pairs {
    let mut pairs: Pairs = match value {
        Some(Value::Object(map)) => map.iter().map(|(name, value)| (name.clone(), plain(value))).collect(),
        Some(Value::Array(list)) => {
            let pair = |pair: &Value| Some((pair.get(0)?.as_str()?.to_owned(), plain(pair.get(1)?)));
            list.iter().filter_map(pair).collect()
        }
        _ => Vec::new(),
    };
    pairs.sort();
    pairs
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(","),
        value => value.to_string(),
    }
}
