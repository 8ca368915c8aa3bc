//! A plain request of a function, to a host that its manifest declares. No credentials are added.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, HeaderName, HeaderValue, USER_AGENT};
use http::{HeaderMap, Method};

use crate::egress::parse_url;
use crate::error::place;
use crate::proxy::read;
use crate::{BufferedResponse, CallBody, HttpClient, Outgoing, ProxyError, headers};

/// What a function asks for.
#[derive(Debug)]
pub struct Fetch {
    /// HTTP method.
    pub method: Method,
    /// As the function wrote it.
    pub url: String,
    /// The function's own, credentials of its own among them.
    pub headers: HeaderMap,
    /// In memory.
    pub body: Bytes,
    /// The manifest's `egress`: every hop must be one of them.
    pub hosts: Arc<[String]>,
    /// From sending to the last byte.
    pub timeout: Duration,
    /// Of the response, after decompression.
    pub max_bytes: usize,
}

impl HttpClient {
    /// Fetches into memory.
    pub async fn fetch(&self, fetch: Fetch) -> Result<BufferedResponse, ProxyError> {
        let url = parse_url(&fetch.url).ok_or(ProxyError::InvalidUrl { problem: "it is not a URL" })?;
        let mut request_headers = headers::end_to_end(&fetch.headers);
        // A function's own keys, under whatever name, stay on the origin that they were meant for.
        let credential_headers: Vec<HeaderName> = request_headers.keys().filter(|name| !is_harmless(name)).cloned().collect();
        request_headers.entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
        if let (false, Ok(agent)) = (request_headers.contains_key(USER_AGENT), HeaderValue::from_str(self.user_agent())) {
            request_headers.insert(USER_AGENT, agent);
        }
        let outgoing = Outgoing {
            method: fetch.method.clone(),
            url: url.clone(),
            headers: request_headers,
            body: if fetch.body.is_empty() { CallBody::Empty } else { CallBody::Bytes(fetch.body) },
            credential_headers,
            credential_body: false,
            forward_headers_on_redirect: false,
            hosts: Some(fetch.hosts),
            signer: None,
        };
        let whole = async {
            let incoming = self.send(outgoing).await?;
            let body = read(incoming.body, &url, fetch.max_bytes).await?;
            let headers = headers::incoming(incoming.headers);
            Ok(BufferedResponse { status: incoming.status, headers, body, attempts: 1, url: url.clone() })
        };
        let timed_out = |_| ProxyError::Timeout { method: fetch.method, place: place(&url) };
        tokio::time::timeout(fetch.timeout, whole).await.map_err(timed_out)?
    }
}

/// Headers that describe a request and identify nobody.
fn is_harmless(name: &HeaderName) -> bool {
    matches!(name.as_str(), "accept" | "accept-language" | "content-type" | "content-language" | "user-agent" | "range" | "if-none-match")
}
