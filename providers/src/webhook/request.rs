//! One delivery, as it arrived.

use std::borrow::Cow;
use std::sync::OnceLock;

use serde_json::Value;

use super::payload;

/// A request, or one event of a batch with the request around it.
#[derive(Debug)]
pub struct WebhookRequest<'a> {
    /// `POST`
    pub method: &'a str,
    /// As the provider knows it: the public address with path and query.
    pub url: &'a str,
    /// Names in lower case.
    pub headers: &'a [(String, String)],
    /// Decoded.
    pub query: &'a [(String, String)],
    /// The very bytes.
    pub body: Cow<'a, [u8]>,
    parsed: OnceLock<Option<Value>>,
}

impl<'a> WebhookRequest<'a> {
    /// The body is not looked into until something in it is asked for.
    pub fn new(
        method: &'a str,
        url: &'a str,
        headers: &'a [(String, String)],
        query: &'a [(String, String)],
        body: impl Into<Cow<'a, [u8]>>,
    ) -> Self {
        Self { method, url, headers, query, body: body.into(), parsed: OnceLock::new() }
    }

    /// The first header of this name, which is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    /// The first query parameter of this name.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(parameter, _)| parameter == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON; a form is an object of texts. `None` where it is neither.
    pub fn json(&self) -> Option<&Value> {
        self.parsed.get_or_init(|| serde_json::from_str(&payload(self.header("content-type"), &self.body)?).ok()).as_ref()
    }
}
