//! How whoever asks wants to be answered.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::HeaderMap;
use http::header::ACCEPT;
use http::request::Parts;

/// Read off the headers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Wanted {
    /// A browser follows a link or sends a form: a whole page.
    Page,
    /// htmx: the part that changes.
    Part,
    /// Our script: JSON.
    Json,
}

impl Wanted {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        if headers.contains_key("hx-request") {
            Self::Part
        } else if headers.get(ACCEPT).is_some_and(|accept| accept.as_bytes().starts_with(b"application/json")) {
            Self::Json
        } else {
            Self::Page
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Wanted {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}
