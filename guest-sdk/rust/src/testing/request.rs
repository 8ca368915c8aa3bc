//! A request's identity: what a recording knows it by.

use std::fmt::Write;

use serde_json::{Value, json};
use sha1::{Digest, Sha1};

use crate::host::{Body, Method, Request};

/// Bodies longer than this are known by their hash.
const MAX_PLAIN_BODY_CHARACTERS: usize = 1000;

/// Headers that say nothing about which answer belongs to a request.
const IGNORED_HEADERS: [&str; 10] = [
    "authorization",
    "user-agent",
    "accept",
    "accept-encoding",
    "content-length",
    "host",
    "retries",
    "retry-on",
    "base-url-override",
    "decompress",
];
const DEFAULT_CONTENT_TYPES: [&str; 2] = ["application/json", "application/x-www-form-urlencoded"];

#[derive(Debug)]
pub(super) struct Identity {
    pub(super) method: String,
    /// Without host and leading slash.
    pub(super) endpoint: String,
    pub(super) params: Vec<(String, String)>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) data: Option<String>,
}

impl Identity {
    pub(super) fn of(method: Method, request: &Request) -> Self {
        let (path, query) = request.endpoint.split_once('?').unwrap_or((&request.endpoint, ""));
        let path = match path.split_once("://") {
            Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
            None => path,
        };
        let path = path.trim_start_matches('/');
        let mut params: Vec<(String, String)> = query.split('&').filter(|pair| !pair.is_empty()).map(decoded_pair).collect();
        for (name, value) in &request.query {
            match params.iter_mut().find(|(known, _)| known == name) {
                Some((_, known)) => *known = format!("{known},{value}"),
                None => params.push((name.clone(), value.clone())),
            }
        }
        params.sort();
        let data = request.body.as_ref().map(|body| match body {
            Body::Text(text) => data_identity(text),
            Body::Bytes(bytes) => data_identity(&base64(bytes)),
        });
        Self {
            method: method_name(method).to_owned(),
            endpoint: path.strip_prefix("proxy/").unwrap_or(path).to_owned(),
            params,
            headers: own_headers(&request.headers),
            data,
        }
    }

    /// The SHA-1 of the identity as JSON, in hex.
    pub(super) fn hash(&self) -> String {
        let quoted = |value: Value| value.to_string();
        let mut text = format!(
            r#"{{"method":{},"endpoint":{},"params":{},"headers":{}"#,
            quoted(json!(self.method)),
            quoted(json!(self.endpoint)),
            quoted(json!(self.params)),
            quoted(json!(self.headers)),
        );
        if let Some(data) = &self.data {
            let _ = write!(text, r#","data":{}"#, quoted(json!(data)));
        }
        text.push('}');
        sha1_hex(&text)
    }

    pub(super) fn describe(&self) -> String {
        let body = self.data.as_ref().map(|data| format!(" with the body {data}")).unwrap_or_default();
        format!("{} /{}{}{body}", self.method.to_ascii_uppercase(), self.endpoint, query_text(&self.params))
    }
}

pub(super) fn query_text(query: &[(String, String)]) -> String {
    let pairs: Vec<String> = query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
}

fn method_name(method: Method) -> &'static str {
    match method {
        Method::Get => "get",
        Method::Post => "post",
        Method::Put => "put",
        Method::Patch => "patch",
        Method::Delete => "delete",
        Method::Head => "head",
    }
}

/// The body's identity: JSON in one spelling, long ones by their hash.
pub(super) fn data_identity(body: &str) -> String {
    let text = serde_json::from_str::<Value>(body).map_or_else(|_| body.to_owned(), |value| value.to_string());
    if text.chars().count() > MAX_PLAIN_BODY_CHARACTERS { format!("sha1:{}", sha1_hex(&text)) } else { text }
}

pub(super) fn own_headers(headers: &[(String, String)]) -> Vec<(String, String)> {
    let mut own: Vec<(String, String)> = headers
        .iter()
        .map(|(name, value)| {
            let name = name.to_ascii_lowercase();
            (name.strip_prefix("nango-proxy-").unwrap_or(&name).to_owned(), value.clone())
        })
        .filter(|(name, value)| {
            let default = name == "content-type" && DEFAULT_CONTENT_TYPES.iter().any(|default| value.starts_with(default));
            !default && !IGNORED_HEADERS.contains(&name.as_str())
        })
        .collect();
    own.sort();
    own
}

/// Pairs from a recording: an object, or an array of pairs. Arrays of values are joined by commas.
pub(super) fn pairs(value: Option<&Value>) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = match value {
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

pub(super) fn decoded_pair(pair: &str) -> (String, String) {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    (decoded(name), decoded(value))
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = tail.get(..2).and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        match (first, hex) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            (b'+', _) => {
                bytes.push(b' ');
                rest = tail;
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn sha1_hex(text: &str) -> String {
    Sha1::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().enumerate().fold(0u32, |word, (index, byte)| word | u32::from(*byte) << (16 - 8 * index));
        for index in 0..4 {
            let sextet = (word >> (18 - 6 * index) & 63) as usize;
            text.push(if index <= chunk.len() { char::from(ALPHABET[sextet]) } else { '=' });
        }
    }
    text
}
