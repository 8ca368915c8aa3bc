//! A request for a token as it would leave.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use syncline_domain::Secret;
use syncline_outbound::Fetch;
use syncline_providers::{Templates, TokenAuth};
use url::Url;
use url::form_urlencoded::{byte_serialize, parse};

use super::{is_open, said};
use crate::ModeError;
use crate::token::TokenCall;

#[derive(PartialEq, Debug)]
pub(super) struct Built {
    headers: BTreeMap<String, String>,
    /// Of query and body; dotted where the body is nested.
    fields: BTreeMap<String, String>,
    url: Url,
}

impl Built {
    pub(super) fn of(call: Result<TokenCall, ModeError>) -> Result<Self, String> {
        Self::read(&call.map_err(said)?.into_fetch("auth.example"))
    }

    pub(super) fn read(fetch: &Fetch) -> Result<Self, String> {
        let url = Url::parse(&fetch.url).map_err(|error| error.to_string())?;
        if !is_open(&url) {
            return Err(format!("asks {url} for a token"));
        }
        let text = |value: &http::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        let headers: BTreeMap<String, String> = fetch.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        let mut fields: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
        let kind = headers.get("content-type").map(String::as_str).unwrap_or_default();
        if kind.contains("json") {
            flatten("", &serde_json::from_slice(&fetch.body).map_err(|error| error.to_string())?, &mut fields);
        } else {
            fields.extend(parse(&fetch.body).into_owned());
        }
        let whole = format!("{fields:?}{headers:?}");
        if whole.contains("${") { Err(format!("has something that nobody filled in: {whole}")) } else { Ok(Self { headers, fields, url }) }
    }

    pub(super) fn has(&self, name: &str, value: &str) -> Result<(), String> {
        let found = self.fields.get(name);
        if found.map(String::as_str) == Some(value) { Ok(()) } else { Err(format!("has {name}={found:?}, not {value}")) }
    }

    pub(super) fn starts(&self, header: &str, beginning: &str) -> Result<(), String> {
        let found = self.headers.get(header);
        let fine = found.is_some_and(|value| value.starts_with(beginning));
        if fine { Ok(()) } else { Err(format!("has {header}: {found:?}")) }
    }

    /// Anywhere: in the URL, a header, also one in base64, or a field's name or value.
    pub(super) fn contains(&self, text: &str) -> Result<(), String> {
        let decoded = self.headers.values().filter_map(|value| STANDARD.decode(value.rsplit(' ').next()?).ok());
        let decoded: Vec<String> = decoded.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect();
        let fields = self.fields.iter().flat_map(|(name, value)| [name, value]);
        let mut all = fields.chain(self.headers.values()).chain(&decoded).map(String::as_str).chain([self.url.as_str()]);
        if all.any(|one| one.contains(text)) { Ok(()) } else { Err(format!("has no `{text}`")) }
    }

    /// The client's proof stands where it should, and nowhere else.
    pub(super) fn proves(&self, how: TokenAuth, id: &Secret, secret: &Secret) -> Result<(), String> {
        let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let basic = format!("Basic {}", STANDARD.encode(format!("{}:{}", encoded(id.expose()), encoded(secret.expose()))));
        match how {
            TokenAuth::Basic => self.starts("authorization", &basic),
            TokenAuth::Body => self.has("client_id", id.expose()).and(self.has("client_secret", secret.expose())),
        }
    }

    /// One that does not resolve would be left out, and with everything filled in nothing is.
    pub(super) fn is_without_holes(&self, fields: &Templates, headers: &Templates) -> Result<(), String> {
        let missing = fields.keys().filter(|name| !self.fields.contains_key(*name));
        let missing: Vec<&String> = missing.chain(headers.keys().filter(|name| !self.headers.contains_key(&name.to_lowercase()))).collect();
        if missing.is_empty() { Ok(()) } else { Err(format!("lacks {missing:?}")) }
    }
}

fn flatten(prefix: &str, value: &Value, fields: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                flatten(&path, value, fields);
            }
        }
        Value::String(text) => drop(fields.insert(prefix.to_owned(), text.clone())),
        other => drop(fields.insert(prefix.to_owned(), other.to_string())),
    }
}
