//! One request to a token endpoint.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Method};
use indexmap::IndexMap;
use serde_json::{Map, Value};
use syncline_domain::{Secret, Timestamp};
use syncline_outbound::{Denied, Fetch, HttpClient, ProxyError};
use syncline_providers::{BodyFormat, TokenAuth};
use url::Url;
use url::form_urlencoded::{Serializer, byte_serialize};

use super::Answer;
use super::refusal::Cut;
use crate::ModeError;

/// From sending to the last byte. A person or a run waits for it; an endpoint that needs longer is down.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Tokens are up to 64 KiB, and some answers carry two of them beside an id token and a profile.
const MAX_ANSWER_BYTES: usize = 1024 * 1024;

/// A request to a token endpoint, every value filled in. Has no `Debug`: it is made of secrets.
pub(crate) struct TokenCall {
    method: Method,
    url: Url,
    headers: HeaderMap,
    fields: Vec<(String, String)>,
    format: BodyFormat,
    json: Option<Value>,
    secrets: Cut,
}

impl TokenCall {
    /// With an empty body. A `GET` carries its fields in the query, whatever the format.
    pub(crate) fn new(method: Method, url: Url, format: BodyFormat) -> Self {
        let format = if method == Method::GET { BodyFormat::Query } else { format };
        let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
        Self { method, url, headers, fields: Vec::new(), format, json: None, secrets: Cut::default() }
    }

    /// A `POST`, as the RFC has it.
    pub(crate) fn post(url: Url, format: BodyFormat) -> Self {
        Self::new(Method::POST, url, format)
    }

    /// A field that may be seen; replaces an earlier one of that name.
    pub(crate) fn field(mut self, name: &str, value: impl Into<String>) -> Self {
        self.fields.retain(|(earlier, _)| earlier != name);
        self.fields.push((name.to_owned(), value.into()));
        self
    }

    /// A field that no error may repeat.
    pub(crate) fn secret_field(mut self, name: &str, value: &str) -> Self {
        self.secrets.add(value);
        self.field(name, value)
    }

    /// A header; replaces an earlier one of that name, `Accept` among them. Nothing of its value is repeated in errors.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Result<Self, ModeError> {
        let unfit = || ModeError::Setup { problem: format!("the value of the header `{name}` has characters that no header may have") };
        let (header, text) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value));
        let (header, mut text) = header.ok().zip(text.ok()).ok_or_else(unfit)?;
        text.set_sensitive(true);
        if !matches!(header, ACCEPT | CONTENT_TYPE) {
            self.secrets.add(value);
        }
        self.headers.insert(header, text);
        Ok(self)
    }

    /// Client authentication (RFC 6749, 2.3.1). Without a secret only the id is sent (3.2.1, public clients).
    pub(crate) fn authenticate(mut self, how: TokenAuth, id: &str, secret: Option<&str>) -> Self {
        let Some(secret) = secret else { return self.field("client_id", id) };
        self.secrets.add(secret);
        match how {
            TokenAuth::Body => self.field("client_id", id).field("client_secret", secret),
            TokenAuth::Basic => {
                // Both are form-encoded first, so that a colon in the id does not end it.
                let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
                let pair = STANDARD.encode(format!("{}:{}", encoded(id), encoded(secret)));
                self.secrets.add(&pair);
                let mut value = HeaderValue::from_str(&format!("Basic {pair}")).expect("base64 fits into a header");
                value.set_sensitive(true);
                self.headers.insert(AUTHORIZATION, value);
                self
            }
        }
    }

    /// Gives fields the names that a provider has for them.
    pub(crate) fn renamed(mut self, names: &IndexMap<String, String>) -> Self {
        for (name, _) in &mut self.fields {
            if let Some(other) = names.get(name) {
                name.clone_from(other);
            }
        }
        self
    }

    /// A JSON body of any shape in place of the fields.
    pub(crate) fn json(mut self, body: Value) -> Self {
        self.json = Some(body);
        self
    }

    /// Text that no error may repeat.
    pub(crate) fn hide(mut self, secret: &Secret) -> Self {
        self.secrets.add(secret.expose());
        self
    }

    /// Sends it and reads an answer that is no refusal. A redirect to another host is not followed: what is sent is for this one.
    pub(crate) async fn send(self, http: &HttpClient, now: Timestamp) -> Result<Answer, ModeError> {
        let host = self.url.host_str().unwrap_or_default().to_owned();
        let secrets = self.secrets.clone();
        let response = http.fetch(self.into_fetch(&host)).await.map_err(|error| unsent(&error, &secrets))?;
        Answer::read(&response, &host, &secrets, now)
    }

    /// As it is sent. Redirects stay on `host`.
    pub(crate) fn into_fetch(mut self, host: &str) -> Fetch {
        let (content_type, body) = match (self.json, self.format) {
            (Some(json), _) => (Some("application/json"), json.to_string()),
            (None, BodyFormat::Json) => {
                let fields: Map<String, Value> = self.fields.into_iter().map(|(name, value)| (name, value.into())).collect();
                (Some("application/json"), Value::Object(fields).to_string())
            }
            (None, BodyFormat::Form) => {
                (Some("application/x-www-form-urlencoded"), Serializer::new(String::new()).extend_pairs(self.fields).finish())
            }
            (None, BodyFormat::Query) => {
                if !self.fields.is_empty() {
                    self.url.query_pairs_mut().extend_pairs(self.fields);
                }
                (None, String::new())
            }
        };
        if let Some(content_type) = content_type {
            self.headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(content_type));
        }
        Fetch {
            method: self.method,
            url: self.url.into(),
            headers: self.headers,
            body: Bytes::from(body),
            hosts: Arc::from([host.to_owned()]),
            timeout: TIMEOUT,
            max_bytes: MAX_ANSWER_BYTES,
        }
    }
}

/// Why there is no answer. What the operator's egress policy forbids will stay forbidden; everything else may pass.
fn unsent(error: &ProxyError, secrets: &Cut) -> ModeError {
    let message = secrets.cut(&error.to_string());
    match error {
        ProxyError::EgressDenied { host, reason: Denied::Undeclared } => ModeError::Setup {
            problem: format!(
                "the endpoint redirects to another host, `{host}`, which is not followed; check its URL in the provider's entry"
            ),
        },
        ProxyError::EgressDenied { .. } | ProxyError::InvalidUrl { .. } => {
            ModeError::Setup { problem: format!("the provider's endpoint cannot be used: {message}") }
        }
        _ => ModeError::Unavailable { code: error.code().to_owned(), message, retry_after: None },
    }
}
