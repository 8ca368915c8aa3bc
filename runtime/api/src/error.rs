//! What a caller is told when a request fails, and, apart from it, what only the log is told.

use std::borrow::Cow;
use std::error::Error;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use crate::issue::Issue;

type Source = Box<dyn Error + Send + Sync>;

/// `{"error": {"code", "message", ...}}` with a status. The source is logged once, when the answer is made, and never sent.
#[derive(Debug)]
pub(crate) struct ApiError(Box<Parts>);

#[derive(Debug)]
struct Parts {
    status: StatusCode,
    code: Cow<'static, str>,
    message: String,
    issues: Vec<Issue>,
    extra: Vec<(&'static str, Box<RawValue>)>,
    retry_after_s: Option<u32>,
    source: Option<Source>,
}

impl ApiError {
    /// An error with a stable code and a message for a person.
    pub(crate) fn new(status: StatusCode, code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        let (issues, extra) = (Vec::new(), Vec::new());
        Self(Box::new(Parts { status, code: code.into(), message: message.into(), issues, extra, retry_after_s: None, source: None }))
    }

    /// 400
    pub(crate) fn bad_request(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// 400 `invalid_body`, with one issue at `path`.
    pub(crate) fn invalid_body(path: &[&str], message: impl Into<String>) -> Self {
        Self::invalid("invalid_body", Issue::custom(path, message))
    }

    /// 400 `invalid_query_params`, with one issue at `path`.
    pub(crate) fn invalid_query(path: &[&str], message: impl Into<String>) -> Self {
        Self::invalid("invalid_query_params", Issue::custom(path, message))
    }

    /// 400 with one issue.
    pub(crate) fn invalid(code: &'static str, issue: Issue) -> Self {
        Self::all_invalid(code, vec![issue])
    }

    /// 400 with every issue; the message is the first one's, so that a person who sees only the message knows what to mend.
    pub(crate) fn all_invalid(code: &'static str, issues: Vec<Issue>) -> Self {
        let message = issues.first().map_or_else(|| "the request is not valid".to_owned(), ToString::to_string);
        let mut error = Self::bad_request(code, message);
        error.0.issues = issues;
        error
    }

    /// 404 `not_found`
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", message)
    }

    /// 400 `unknown_connection`: what most of the wire answers where the connection or its integration is missing.
    pub(crate) fn unknown_connection() -> Self {
        Self::bad_request("unknown_connection", "no such connection in this integration")
    }

    /// 400 `unknown_provider_config`
    pub(crate) fn unknown_integration(key: &str) -> Self {
        Self::bad_request("unknown_provider_config", format!("integration `{key}` does not exist"))
    }

    /// 500: ours to mend. The caller learns nothing of `source`; the log does.
    pub(crate) fn internal(source: impl Into<Source>) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal_server_error",
            "something went wrong inside the server; its log has the reason",
        )
        .caused_by(source)
    }

    /// Answers with another status.
    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = status;
        self
    }

    /// Adds a field beside `code` and `message`.
    pub(crate) fn with(mut self, name: &'static str, value: &impl Serialize) -> Self {
        self.0.extra.push((name, to_raw_value(value).expect("a value of plain data has a JSON form")));
        self
    }

    /// Says when another try may succeed: `Retry-After`.
    pub(crate) fn retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after_s = Some(seconds);
        self
    }

    /// Keeps the reason for the log.
    pub(crate) fn caused_by(mut self, source: impl Into<Source>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// What `error` holds in an answer, for an answer of another form. Logs the reason, as an answer does.
    pub(crate) fn into_json(self) -> Value {
        self.0.log();
        serde_json::to_value(&*self.0).expect("a value of plain data has a JSON form")
    }

    /// For a person.
    pub(crate) fn message(&self) -> &str {
        &self.0.message
    }

    /// The status.
    pub(crate) fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The stable code.
    pub(crate) fn code(&self) -> &str {
        &self.0.code
    }
}

impl Parts {
    /// Tells the log what the caller is not told.
    fn log(&self) {
        if let Some(source) = &self.source {
            let reason = chain(source.as_ref());
            if self.status.is_server_error() {
                tracing::error!(error.code = %self.code, error.reason = %reason, "request failed");
            } else {
                tracing::info!(error.code = %self.code, error.reason = %reason, "request refused");
            }
        }
    }
}

/// The code of an answer of ours, for the layers around the endpoint.
#[derive(Clone, Debug)]
pub(crate) struct ErrorCode(pub(crate) Cow<'static, str>);

impl Serialize for Parts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("code", &self.code)?;
        map.serialize_entry("message", &self.message)?;
        if !self.issues.is_empty() {
            map.serialize_entry("errors", &self.issues)?;
        }
        for (name, value) in &self.extra {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

#[derive(Serialize)]
struct Envelope<'a> {
    error: &'a Parts,
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let Self(parts) = self;
        parts.log();
        let mut response = (parts.status, Json(Envelope { error: &parts })).into_response();
        response.extensions_mut().insert(ErrorCode(parts.code.clone()));
        if let Some(seconds) = parts.retry_after_s {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// The error and its sources, outermost first.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text.push_str(": ");
        text.push_str(&source.to_string());
        next = source.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    #[tokio::test]
    async fn the_reason_of_an_internal_error_stays_inside() {
        let response = ApiError::internal("password is hunter2").with("run_id", &"r1").into_response();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = String::from_utf8(to_bytes(response.into_body(), 10_000).await.unwrap().to_vec()).unwrap();
        assert!(body.starts_with(r#"{"error":{"code":"internal_server_error","message":""#), "{body}");
        assert!(body.contains(r#""run_id":"r1""#) && !body.contains("hunter2"), "{body}");
    }
}
