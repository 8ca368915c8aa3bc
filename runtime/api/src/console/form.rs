//! What a form sends: read once, for everybody, after it is sure that one of our own pages sent it.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, HOST, ORIGIN};
use http::request::Parts;
use http::{HeaderMap, Method};
use http_body_util::{BodyExt as _, Limited};
use url::{Url, form_urlencoded};

use crate::console::refusal::Refusal;
use crate::console::state::Console;

/// A private key has some 3 KB; everything else is a line.
const MAX_FORM_BYTES: usize = 256 * 1024;

/// The fields of a posted form, in order.
#[derive(Clone, Default)]
pub(super) struct Form(Arc<Vec<(String, String)>>);

impl Form {
    /// The value as it was entered, without the space around it; empty where there is none.
    pub(super) fn get(&self, name: &str) -> &str {
        self.exact(name).trim()
    }

    /// Every value of this name.
    pub(super) fn all<'f>(&'f self, name: &str) -> impl Iterator<Item = &'f str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.trim())
    }

    /// The value to the last space: passwords.
    pub(super) fn exact(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Form {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

/// The query, in the same form. Pages forgive: what they do not know they ignore.
pub(super) struct Asked(Form);

impl std::ops::Deref for Asked {
    type Target = Form;

    fn deref(&self) -> &Form {
        &self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self(Form(Arc::new(form_urlencoded::parse(query.as_bytes()).into_owned().collect()))))
    }
}

/// Refuses what another site makes the browser send; reads the form of what our own pages send.
pub(super) async fn read(State(console): State<Arc<Console>>, request: Request, next: Next) -> Response {
    if request.method() != Method::POST {
        return next.run(request).await;
    }
    match checked(&console, request).await {
        Ok(request) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

async fn checked(console: &Console, request: Request) -> Result<Request, Refusal> {
    if !is_own(request.headers(), &console.app.options.public_url) {
        return Err(Refusal::forged());
    }
    let (mut parts, body) = request.into_parts();
    let form = |value: &http::HeaderValue| value.as_bytes().starts_with(b"application/x-www-form-urlencoded");
    if parts.headers.get(CONTENT_TYPE).is_some_and(|value| !form(value)) {
        return Err(Refusal::bad_request("The form could not be read", "Go back, reload the page and try again."));
    }
    let too_large =
        |_| Refusal::bad_request("The form could not be read", "It is too large, or the connection broke. Go back and try again.");
    let bytes = Limited::new(body, MAX_FORM_BYTES).collect().await.map_err(too_large)?.to_bytes();
    parts.extensions.insert(Form(Arc::new(form_urlencoded::parse(&bytes).into_owned().collect())));
    Ok(Request::from_parts(parts, Body::empty()))
}

/// Browsers say where a request comes from, in one header or the other. A client that says nothing of it is no browser that is being abused.
fn is_own(headers: &HeaderMap, public_url: &Url) -> bool {
    let own_site = headers.get("sec-fetch-site").is_none_or(|site| matches!(site.as_bytes(), b"same-origin" | b"none"));
    let Some(origin) = headers.get(ORIGIN) else { return own_site };
    let Some(origin) = origin.to_str().ok().and_then(|origin| Url::parse(origin).ok()) else { return false };
    let host =
        headers.get(HOST).and_then(|host| host.to_str().ok()).and_then(|host| Url::parse(&format!("{}://{host}", origin.scheme())).ok());
    // The name by which the browser reached us, or the one that a reverse proxy has hidden from us.
    own_site && (host.is_some_and(|host| host.origin() == origin.origin()) || origin.origin() == public_url.origin())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_may_post() {
        let public: Url = "https://sync.example.com/below".parse().unwrap();
        let own = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            headers.extend(pairs.iter().map(|(name, value)| (name.parse::<http::HeaderName>().unwrap(), value.parse().unwrap())));
            is_own(&headers, &public)
        };
        assert!(own(&[("host", "127.0.0.1:3003"), ("origin", "http://127.0.0.1:3003"), ("sec-fetch-site", "same-origin")]));
        assert!(own(&[("host", "upstream:80"), ("origin", "https://sync.example.com")]));
        assert!(own(&[("host", "127.0.0.1:3003")]));
        assert!(!own(&[("host", "127.0.0.1:3003"), ("origin", "http://127.0.0.1:3004")]));
        assert!(!own(&[("host", "sync.example.com"), ("origin", "https://evil.example.com")]));
        assert!(!own(&[("host", "sync.example.com"), ("origin", "null")]));
        assert!(!own(&[("host", "sync.example.com"), ("origin", "https://sync.example.com"), ("sec-fetch-site", "same-site")]));
        assert!(!own(&[("host", "sync.example.com"), ("sec-fetch-site", "cross-site")]));
    }
}
