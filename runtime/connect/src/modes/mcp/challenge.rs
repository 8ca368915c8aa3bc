//! What a server answers to somebody without a token (RFC 9110, 11.6.1; RFC 9728, 5.1).

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use http::{HeaderMap, Method};
use serde_json::json;
use syncline_outbound::{CallBody, HttpClient, Outgoing, ProxyError};
use url::Url;

use crate::ModeError;

/// A person waits for several such requests in a row.
pub(super) const TIMEOUT: Duration = Duration::from_secs(10);

/// Parameters of the challenge, where the server sent any.
#[derive(Default)]
pub(super) struct Challenge {
    /// Where the resource's metadata is.
    pub(super) resource_metadata: Option<String>,
    /// What this request would have needed, separated by blanks.
    pub(super) scope: Option<String>,
}

impl Challenge {
    /// Opens a session without a token. Only the headers are read: a server that wants no token may answer with a stream that never ends.
    pub(super) async fn provoke(http: &HttpClient, server_url: &Url) -> Result<Self, ModeError> {
        let client = json!({ "name": "syncline", "version": env!("CARGO_PKG_VERSION") });
        let hello = json!({
            "jsonrpc": "2.0", "id": 1, "method": "initialize",
            "params": { "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client },
        });
        let headers = HeaderMap::from_iter([
            (ACCEPT, HeaderValue::from_static("application/json, text/event-stream")),
            (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        ]);
        let outgoing = Outgoing {
            method: Method::POST,
            url: server_url.clone(),
            headers,
            body: CallBody::Bytes(Bytes::from(hello.to_string())),
            credential_headers: Vec::new(),
            credential_body: false,
            forward_headers_on_redirect: false,
            signer: None,
            hosts: server_url.host_str().map(|host| Arc::from([host.to_owned()])),
        };
        let unavailable = |code: &str, message: String| ModeError::Unavailable { code: code.to_owned(), message, retry_after: None };
        match tokio::time::timeout(TIMEOUT, http.send(outgoing)).await {
            Ok(Ok(answer)) => Ok(Self::read(&answer.headers)),
            Ok(Err(error @ ProxyError::EgressDenied { .. })) => Err(super::document::refused(&error.to_string())),
            Ok(Err(error)) => Err(unavailable(error.code(), error.to_string())),
            Err(_) => Err(unavailable("ETIMEDOUT", "the MCP server did not answer in time".to_owned())),
        }
    }

    fn read(headers: &HeaderMap) -> Self {
        let find = |name: &str| headers.get_all(WWW_AUTHENTICATE).iter().find_map(|value| parameter(value.to_str().ok()?, name));
        Self { resource_metadata: find("resource_metadata"), scope: find("scope") }
    }
}

/// The first parameter of that name. What stands inside quotes of another is not looked at.
fn parameter(header: &str, name: &str) -> Option<String> {
    let mut rest = header;
    while let Some(start) = rest.find(is_token) {
        rest = &rest[start..];
        let end = rest.find(|c| !is_token(c)).unwrap_or(rest.len());
        let (token, after) = rest.split_at(end);
        let Some(value) = after.trim_start().strip_prefix('=') else {
            rest = after;
            continue;
        };
        let (value, after) = read_value(value.trim_start());
        if token.eq_ignore_ascii_case(name) {
            return Some(value).filter(|value| !value.is_empty());
        }
        rest = after;
    }
    None
}

/// A quoted string or whatever ends at a comma or blank, and what follows.
fn read_value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let (mut value, mut chars) = (String::new(), quoted.char_indices());
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => value.extend(chars.next().map(|(_, c)| c)),
            c => value.push(c),
        }
    }
    (value, "")
}

/// RFC 9110, 5.6.2.
fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_found_where_it_stands_and_nowhere_else() {
        let header = r#"Basic realm="a, resource_metadata=\"https://evil.example\"", Bearer error = "x", Resource_Metadata="https://a.example/m", scope=read"#;
        assert_eq!(parameter(header, "resource_metadata").as_deref(), Some("https://a.example/m"));
        assert_eq!(parameter(header, "scope").as_deref(), Some("read"));
        assert_eq!(parameter(header, "realm").as_deref(), Some(r#"a, resource_metadata="https://evil.example""#));
        for broken in ["", "Bearer", "Bearer =", "Bearer scope=", "Bearer scope=\"\"", "é=\"scope\"", "Negotiate YWJj=="] {
            assert_eq!(parameter(broken, "scope"), None, "{broken}");
        }
        assert_eq!(parameter("Bearer scope=\"a b", "scope").as_deref(), Some("a b"));
    }
}
