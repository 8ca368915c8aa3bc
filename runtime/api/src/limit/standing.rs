//! How a caller stands, and how it is told.

use axum::response::{IntoResponse, Response};
use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};

use crate::error::ApiError;

pub(crate) const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
pub(crate) const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
pub(crate) const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// A bucket as this node knows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Standing {
    pub(super) limit: u32,
    pub(super) remaining: u32,
    /// Seconds since 1970 at which the next window begins.
    pub(super) reset_at: i64,
    /// Seconds until then, at least one.
    pub(super) wait_seconds: i64,
}

impl Standing {
    /// Names that are there already are a provider's, of which the proxy's caller wants to know.
    pub(crate) fn write(self, headers: &mut HeaderMap) {
        headers.entry(LIMIT).or_insert_with(|| self.limit.into());
        headers.entry(REMAINING).or_insert_with(|| self.remaining.into());
        headers.entry(RESET).or_insert_with(|| self.reset_at.into());
    }

    /// 429
    pub(crate) fn refuse(self, method: &Method, uri: &Uri) -> Response {
        let message = format!("more than {} requests in this minute; go on in {} s, as `Retry-After` says", self.limit, self.wait_seconds);
        let error = ApiError::new(StatusCode::TOO_MANY_REQUESTS, "too_many_request", message);
        let mut response = error.with("method", &method.as_str()).with("path", &uri.path()).into_response();
        self.write(response.headers_mut());
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(self.wait_seconds));
        response
    }
}
