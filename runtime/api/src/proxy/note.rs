//! What is noted of a proxied request: enough to see what was asked of the provider and what came of it, and nothing that could be a secret.

use std::time::Instant;

use http::{HeaderMap, Method, StatusCode};
use serde_json::json;
use syncline_domain::{OperationState, ProxyOutcome};

use crate::journal::Note;
use crate::state::App;

/// The provider's own name of the request, for its support; and how long it wants to be left alone.
const TELLING: [&str; 4] = ["x-request-id", "x-github-request-id", "x-amzn-requestid", "retry-after"];

/// The request as it is noted: before it is gone.
pub(super) struct Asked {
    of: syncline_outbound::Asked,
    begun: Instant,
}

impl Asked {
    pub(super) fn of(method: &Method, endpoint: &str, query: Option<&str>) -> Self {
        Self { of: syncline_outbound::Asked::of(method, endpoint, query), begun: Instant::now() }
    }

    pub(super) fn answered(self, app: &App, note: Note, status: StatusCode, headers: &HeaderMap, attempts: u32) {
        let outcome = ProxyOutcome::of(status.as_u16());
        app.store.metrics().call_ended(note.environment(), outcome, attempts, Some(self.begun.elapsed()));
        let mut response = json!({ "status": status.as_u16() });
        for name in TELLING {
            if let Some(value) = headers.get(name).and_then(|value| value.to_str().ok()).filter(|value| value.len() <= 200) {
                response[name] = value.into();
            }
        }
        let state = if status.is_client_error() || status.is_server_error() { OperationState::Failed } else { OperationState::Succeeded };
        let detail = json!({ "request": self.of.json(), "response": response, "meta": { "attempts": attempts } });
        note.ended(app, state, format!("{} {}", self.of.line(), status.as_u16()), &detail);
    }

    /// `outcome`: whether it was sent at all.
    pub(super) fn unanswered(self, app: &App, note: Note, outcome: ProxyOutcome, code: &str, message: &str) {
        app.store.metrics().call_ended(note.environment(), outcome, 0, None);
        let detail = json!({ "request": self.of.json(), "error": { "code": code, "message": message } });
        note.ended(app, OperationState::Failed, format!("{}: {message}", self.of.line()), &detail);
    }
}
