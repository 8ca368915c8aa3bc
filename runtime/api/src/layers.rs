//! What happens around every endpoint: a request id and a span, panics, CORS, content type, trailing slashes.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::extract::{FromRequestParts as _, MatchedPath, RawPathParams, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderValue, Method, StatusCode, Uri, header};
use tower_http::cors::{Any as Anyone, CorsLayer};
use tracing::Instrument;

use crate::error::ApiError;
use crate::issue::Issue;
use crate::limit;
use crate::state::App;
use crate::trace;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives the request an id and a span. The span names the route, not the URL: paths and queries carry ids and sometimes keys.
pub(crate) async fn observe(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    let id = format!("req-{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let route = request.extensions().get::<MatchedPath>().map_or("(none)", MatchedPath::as_str);
    // A clone of the name that the router shares, not of its text.
    let (matched, method) = (request.extensions().get::<MatchedPath>().cloned(), request.method().clone());
    let span = tracing::info_span!("api.request", request.id = %id, http.method = %request.method(), http.route = route);
    let trace = trace::request(&request, route, &id, &app.options.traces);
    let answered = trace.clone();
    async move {
        let start = Instant::now();
        let mut response = next.run(request).await;
        let took = start.elapsed();
        app.requests.note(matched.as_ref().map_or("(none)", MatchedPath::as_str), &method, response.status(), took);
        trace::answered(&answered, response.status());
        tracing::debug!(http.status = response.status().as_u16(), elapsed_us = took.as_micros(), "answered");
        // A provider's own id, passed on by the proxy, stays.
        response.headers_mut().entry(REQUEST_ID).or_insert_with(|| HeaderValue::from_str(&id).expect("ASCII"));
        response
    }
    // The trace's inside: what goes on in another task takes the innermost along.
    .instrument(trace)
    .instrument(span)
    .await
}

/// A panic is a bug of ours: the caller gets a 500, the process and the other requests go on.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands it over")]
pub(crate) fn panicked(panic: Box<dyn Any + Send>) -> Response {
    panic_error(&*panic).into_response()
}

/// The same as an error.
pub(crate) fn panic_error(panic: &(dyn Any + Send)) -> ApiError {
    let message = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    ApiError::internal(format!("an endpoint panicked: {}", message.unwrap_or("(no message)")))
}

/// 415 for a body that says it is not JSON. No `Content-Type` at all is fine. Wire contract 1.1.
pub(crate) async fn require_json(request: Request, next: Next) -> Response {
    let json = |value: &HeaderValue| value.as_bytes().get(..16).is_some_and(|start| start.eq_ignore_ascii_case(b"application/json"));
    match request.headers().get(CONTENT_TYPE) {
        Some(value) if !json(value) => {
            ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "invalid_content_type", "Content-Type header must be application/json")
                .into_response()
        }
        _ => next.run(request).await,
    }
}

/// 400 for a path with percent-encoded bytes that are no text: no name and no id is. Below `/proxy` the path is the provider's.
pub(crate) async fn require_text(request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let is_proxied = parts.extensions.get::<MatchedPath>().is_some_and(|route| route.as_str().starts_with("/proxy"));
    if !is_proxied && RawPathParams::from_request_parts(&mut parts, &()).await.is_err() {
        let issue = Issue::new("invalid_format", &[], "the path holds bytes that are not UTF-8");
        return ApiError::invalid("invalid_uri_params", issue).into_response();
    }
    next.run(Request::from_parts(parts, body)).await
}

/// Any page may call: what protects is the API key, which no browser sends by itself. Lists: wire contract 1.1.
pub(crate) fn cors() -> CorsLayer {
    let named = |names: &[&'static str]| names.iter().map(|name| HeaderName::from_static(name)).collect::<Vec<_>>();
    CorsLayer::new()
        .allow_origin(Anyone)
        .allow_methods([Method::GET, Method::HEAD, Method::PUT, Method::PATCH, Method::POST, Method::DELETE])
        .allow_headers(named(&[
            "authorization",
            "content-type",
            "accept",
            "origin",
            "x-requested-with",
            "nango-activity-log-id",
            "nango-is-dry-run",
            "nango-is-sync",
            "provider-config-key",
            "connection-id",
            "idempotency-key",
            "sentry-trace",
            "baggage",
        ]))
        .expose_headers([
            header::AUTHORIZATION,
            header::ETAG,
            header::CONTENT_TYPE,
            header::CONTENT_LENGTH,
            REQUEST_ID,
            limit::LIMIT,
            limit::REMAINING,
            limit::RESET,
            header::RETRY_AFTER,
        ])
        .max_age(Duration::from_mins(10))
}

/// `/records/?model=X` is `/records?model=X`: clients write both. Below `/proxy` the path is the provider's and stays as it is; the page at
/// `/connect/` loads its files relative to that slash.
pub(crate) fn without_trailing_slash(mut request: Request) -> Request {
    if let Some(uri) = trimmed(request.uri()) {
        *request.uri_mut() = uri;
    }
    request
}

fn trimmed(uri: &Uri) -> Option<Uri> {
    let path = uri.path();
    if !path.ends_with('/') || path.len() < 2 || path.starts_with("/proxy/") || path == "/connect/" {
        return None;
    }
    let path = path.trim_end_matches('/');
    let path = if path.is_empty() { "/" } else { path };
    let target = uri.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(target.parse().ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trailing_slash_goes_but_not_the_providers() {
        let trim = |uri: &'static str| trimmed(&Uri::from_static(uri)).map(|uri| uri.to_string());
        assert_eq!(trim("/records/?model=A%2FB").as_deref(), Some("/records?model=A%2FB"));
        assert_eq!(trim("/connections//").as_deref(), Some("/connections"));
        assert_eq!(trim("/records?cursor=a/"), None);
        assert_eq!(trim("/"), None);
        assert_eq!(trim("/proxy/"), None);
        assert_eq!(trim("/connect/?session_token=a"), None);
        assert_eq!(trim("/connect/session/").as_deref(), Some("/connect/session"));
        assert_eq!(trim("/proxy/v1/items/?a=b"), None);
    }
}
