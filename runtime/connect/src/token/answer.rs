//! What a token endpoint answered.

use http::StatusCode;
use serde_json::{Map, Value};
use syncline_domain::Timestamp;
use syncline_outbound::BufferedResponse;
use url::form_urlencoded;

use super::refusal::{Cut, Judged};
use crate::ModeError;
use crate::setting::at;

/// A 2xx answer with fields, none of which says that it is an error.
pub(crate) struct Answer {
    /// JSON, or the pairs of a form.
    pub(crate) fields: Map<String, Value>,
}

impl Answer {
    pub(super) fn read(response: &BufferedResponse, host: &str, secrets: &Cut, now: Timestamp) -> Result<Self, ModeError> {
        let fields = fields(&response.body);
        Judged { status: response.status, headers: &response.headers, fields: fields.as_ref(), host, secrets, now }.verdict()?;
        let garbage = || ModeError::Unavailable {
            code: "invalid_token_answer".to_owned(),
            message: format!("`{host}` answered {} with neither JSON nor a form", response.status.as_u16()),
            retry_after: None,
        };
        Ok(Self { fields: fields.ok_or_else(garbage)? })
    }

    /// The value at a dotted path. A field whose own name has the dots comes first; numbers index lists.
    pub(crate) fn at(&self, path: &str) -> Option<&Value> {
        if let Some(value) = self.fields.get(path) {
            return Some(value);
        }
        let (first, rest) = path.split_once('.')?;
        at(self.fields.get(first)?, rest)
    }

    /// The fields that the entry wants kept with the connection, under the names that it gives.
    pub(crate) fn picked(&self, paths: &[String]) -> Map<String, Value> {
        let kept = |path: &String| Some((path.clone(), self.at(path).filter(|value| !value.is_null())?.clone()));
        paths.iter().filter_map(kept).collect()
    }
}

/// The content type is not asked: JSON comes as `text/plain` and `text/html`, forms as `text/plain`.
fn fields(body: &[u8]) -> Option<Map<String, Value>> {
    let text = std::str::from_utf8(body).ok()?.trim_start_matches('\u{feff}').trim();
    if text.starts_with('{') {
        return serde_json::from_str(text).ok();
    }
    let is_form = text.contains('=') && !text.contains(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '{' | '"'));
    is_form.then(|| form_urlencoded::parse(text.as_bytes()).map(|(name, value)| (name.into_owned(), Value::from(value))).collect())
}

/// Whether an answer has this status for reasons that pass (RFC 9110, 15; RFC 8470 for 425).
pub(super) fn is_passing(status: StatusCode) -> bool {
    status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429)
}
