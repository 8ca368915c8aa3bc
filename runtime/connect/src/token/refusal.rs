//! Whether an answer is a refusal, and what may be shown of it.

use std::time::{Duration, UNIX_EPOCH};

use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value};
use syncline_domain::Timestamp;
use url::form_urlencoded::byte_serialize;

use super::answer::is_passing;
use crate::ModeError;

/// Shorter ones are words and numbers that any text may hold by chance.
const MIN_SECRET_CHARS: usize = 4;
/// Enough for a sentence of the provider.
const MAX_SHOWN_CHARS: usize = 300;
const MAX_CODE_CHARS: usize = 64;

/// Secrets that were sent and that no text may repeat. Has no `Debug`.
#[derive(Clone, Default)]
pub(crate) struct Cut(Vec<String>);

impl Cut {
    pub(crate) fn add(&mut self, secret: &str) {
        if secret.chars().count() < MIN_SECRET_CHARS {
            return;
        }
        // A provider may echo the request as it was written.
        let encoded: String = byte_serialize(secret.as_bytes()).collect();
        self.0.extend([secret.to_owned(), encoded]);
        // Of two of which one holds the other, the longer goes first, or its end would stay.
        self.0.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    }

    /// The text on one line without the secrets, and only then shortened: half a secret is one too many.
    pub(crate) fn cut(&self, text: &str) -> String {
        let whole = self.0.iter().fold(text.to_owned(), |text, secret| text.replace(secret, "***"));
        let line: String = whole.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_SHOWN_CHARS).collect();
        line.trim().to_owned()
    }
}

/// A provider's text as it may be shown, where nothing secret was sent.
pub(crate) fn shown(text: &str) -> String {
    Cut::default().cut(text)
}

impl Drop for Cut {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.0);
    }
}

/// An answer and what is needed to judge it.
pub(super) struct Judged<'a> {
    pub(super) status: StatusCode,
    pub(super) headers: &'a HeaderMap,
    pub(super) fields: Option<&'a Map<String, Value>>,
    pub(super) host: &'a str,
    pub(super) secrets: &'a Cut,
    pub(super) now: Timestamp,
}

impl Judged<'_> {
    /// `Ok` for a 2xx that does not speak of an error. Whoever decides on a credential's life by the rest may trust `Refused` only: a
    /// gateway's 403 or 404, which has no error code, says nothing about the credential.
    pub(super) fn verdict(&self) -> Result<(), ModeError> {
        let told = self.fields.and_then(|fields| Told::read(fields, self.status.is_success()));
        let code = told.as_ref().and_then(|told| told.code.as_deref());
        if is_passing(self.status) || code.is_some_and(is_temporary) {
            return Err(self.unavailable(told.as_ref()));
        }
        match (self.status.as_u16(), &told) {
            (200..=299, None) => Ok(()),
            (200..=299 | 400 | 401 | 422, Some(told)) => Err(self.refused(Some(told))),
            (400..=499, Some(told)) if told.code.is_some() => Err(self.refused(Some(told))),
            (400 | 401, None) => Err(self.refused(None)),
            _ => Err(self.unavailable(told.as_ref())),
        }
    }

    fn refused(&self, told: Option<&Told>) -> ModeError {
        ModeError::Refused { code: self.code(told), message: self.message(told), status: Some(self.status.as_u16()) }
    }

    fn unavailable(&self, told: Option<&Told>) -> ModeError {
        ModeError::Unavailable { code: self.code(told), message: self.message(told), retry_after: retry_after(self.headers, self.now) }
    }

    fn code(&self, told: Option<&Told>) -> String {
        let own = told.and_then(|told| told.code.as_deref()).map(|code| self.secrets.cut(code));
        own.map_or_else(|| self.status.as_str().to_owned(), |code| code.chars().take(MAX_CODE_CHARS).collect())
    }

    fn message(&self, told: Option<&Told>) -> String {
        let mut message = format!("`{}` answered {}", self.host, self.status.as_u16());
        for part in told.iter().flat_map(|told| [&told.code, &told.description]).flatten() {
            message.push_str(": ");
            message.push_str(&self.secrets.cut(part));
        }
        message
    }
}

/// What the provider says of an error: RFC 6749, 5.2, and the shapes that stand in for it.
struct Told {
    code: Option<String>,
    description: Option<String>,
}

impl Told {
    /// In an answer that claims success only what cannot be meant otherwise counts: a non-empty `error`, `ok: false`, `success: false`.
    fn read(fields: &Map<String, Value>, is_success: bool) -> Option<Self> {
        let first = |names: &[&str]| names.iter().find_map(|name| text(fields.get(*name)?));
        let nested = fields.get("error").and_then(Value::as_object);
        let within = |names: &[&str]| nested.and_then(|error| names.iter().find_map(|name| text(error.get(*name)?)));
        let error = fields.get("error").and_then(text);
        let denied = ["ok", "success"].into_iter().any(|name| fields.get(name) == Some(&Value::Bool(false)));
        let nested_code = within(&["type", "status", "code"]).filter(|code| code != "ok" && code != "0");
        if is_success && error.is_none() && nested_code.is_none() && !denied {
            return None;
        }
        let listed = || {
            let item = fields.get("errors")?.as_array()?.first()?;
            text(item).or_else(|| ["message", "detail", "title"].into_iter().find_map(|name| text(item.get(name)?)))
        };
        let code = error.or(nested_code).or_else(|| first(&["error_code", "errorCode", "code"]));
        let description = first(&["error_description", "error_message", "errorMessage", "error_reason"])
            .or_else(|| within(&["message", "description"]))
            .or_else(|| first(&["message", "detail", "msg", "reason"]))
            .or_else(listed);
        (code.is_some() || description.is_some() || denied).then_some(Self { code, description })
    }
}

/// A text or number that says something.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned),
        Value::Number(number) if number.as_i64() != Some(0) => Some(number.to_string()),
        _ => None,
    }
}

/// Error codes that speak of the provider's state and not of what was sent (RFC 6749, 4.1.2.1; RFC 8628, 3.5; and what others write).
fn is_temporary(code: &str) -> bool {
    const CODES: [&str; 11] = [
        "temporarily_unavailable",
        "server_error",
        "slow_down",
        "rate_limited",
        "ratelimited",
        "rate_limit_exceeded",
        "too_many_requests",
        "internal_error",
        "internal_server_error",
        "service_unavailable",
        "request_timeout",
    ];
    CODES.iter().any(|known| known.eq_ignore_ascii_case(code))
}

/// Seconds or a date (RFC 9110, 10.2.3).
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(Duration::from_secs(seconds.into()));
    }
    let since = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
    let at = Timestamp::from_unix_micros(i64::try_from(since.as_micros()).ok()?);
    Some(at.since(now)).filter(|wait| !wait.is_zero())
}
