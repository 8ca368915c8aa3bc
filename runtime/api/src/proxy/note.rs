//! What is noted of a proxied request: enough to see what was asked of the provider and what came of it, and nothing that could be a secret.

use std::time::Instant;

use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};
use syncline_domain::{OperationState, ProxyOutcome};
use url::Url;

use crate::journal::Note;
use crate::state::App;

/// Longer paths are cut; what is cut is told from what follows by nobody.
const MAX_PATH_BYTES: usize = 1_024;
const MAX_PARAMETERS: usize = 32;
const MAX_NAME_CHARS: usize = 64;
/// The provider's own name of the request, for its support; and how long it wants to be left alone.
const TELLING: [&str; 4] = ["x-request-id", "x-github-request-id", "x-amzn-requestid", "retry-after"];

/// The request as it is noted: before it is gone.
pub(super) struct Asked {
    line: String,
    request: Value,
    begun: Instant,
}

impl Asked {
    pub(super) fn of(method: &Method, endpoint: &str, query: Option<&str>) -> Self {
        let path = shown(endpoint);
        // Values can be anything: keys, cursors, a user's e-mail address.
        let names = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        let names: Vec<String> = names.take(MAX_PARAMETERS).map(|(name, _)| name.chars().take(MAX_NAME_CHARS).collect()).collect();
        let line = format!("{method} {path}");
        Self { line, request: json!({ "method": method.as_str(), "path": path, "query": names }), begun: Instant::now() }
    }

    pub(super) fn answered(self, app: &App, note: Note, status: StatusCode, headers: &HeaderMap, attempts: u32) {
        let metrics = app.store.metrics();
        metrics.proxied(ProxyOutcome::of(status.as_u16())).increment();
        metrics.proxy_attempts.add(attempts.into());
        metrics.proxy_duration.record(self.begun.elapsed());
        let mut response = json!({ "status": status.as_u16() });
        for name in TELLING {
            if let Some(value) = headers.get(name).and_then(|value| value.to_str().ok()).filter(|value| value.len() <= 200) {
                response[name] = value.into();
            }
        }
        let state = if status.is_client_error() || status.is_server_error() { OperationState::Failed } else { OperationState::Succeeded };
        let detail = json!({ "request": self.request, "response": response, "meta": { "attempts": attempts } });
        note.ended(app, state, format!("{} {}", self.line, status.as_u16()), &detail);
    }

    /// `outcome`: whether it was sent at all.
    pub(super) fn unanswered(self, app: &App, note: Note, outcome: ProxyOutcome, code: &str, message: &str) {
        app.store.metrics().proxied(outcome).increment();
        let detail = json!({ "request": self.request, "error": { "code": code, "message": message } });
        note.ended(app, OperationState::Failed, format!("{}: {message}", self.line), &detail);
    }
}

/// The endpoint without user, password, query and fragment of an absolute URL.
fn shown(endpoint: &str) -> String {
    let path = match Url::parse(endpoint) {
        Ok(url) if url.has_host() => format!("{}://{}{}", url.scheme(), url.host_str().unwrap_or_default(), url.path()),
        _ => endpoint.split(['?', '#']).next().unwrap_or_default().to_owned(),
    };
    path[..path.floor_char_boundary(MAX_PATH_BYTES)].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S6
    #[test]
    fn of_a_query_only_the_names_are_noted() {
        let asked = Asked::of(&Method::GET, "/v1/me", Some("api_key=canary&limit=2&canary"));
        assert_eq!(asked.request, json!({ "method": "GET", "path": "/v1/me", "query": ["api_key", "limit", "canary"] }));
        let absolute = Asked::of(&Method::POST, "https://user:canary@api.example.com/v1?k=canary#canary", None);
        assert_eq!(absolute.line, "POST https://api.example.com/v1");
        assert_eq!(shown("/a?k=canary"), "/a");
        assert_eq!(shown(&"ü".repeat(2_000)).len(), MAX_PATH_BYTES);
    }
}
