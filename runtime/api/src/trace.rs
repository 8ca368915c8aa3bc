//! The span of a request, for whoever exports it. The names are those of OpenTelemetry's semantic conventions for HTTP servers.

use axum::extract::Request;
use http::{Method, StatusCode, header};
use syncline_domain::{TRACEPARENT, TRACES, Traces};
use tracing::Span;
use tracing::field::{Empty, display};

/// It names the route and not the path, as the log does: paths and queries carry ids and sometimes keys. It goes on with the caller's work
/// where the caller shows a key: providers and browsers, who show none, have no say in whose trace their requests belong to.
pub(crate) fn request(request: &Request, route: &str, id: &str, traces: &Traces) -> Span {
    // Monitors ask every few seconds.
    if matches!(route, "/health" | "/ready" | "/metrics") {
        return Span::none();
    }
    let method = word(request.method());
    let span = tracing::trace_span!(
        target: TRACES,
        "http.server",
        otel.name = %format_args!("{method} {route}"),
        otel.kind = "server",
        http.request.method = method,
        http.route = route,
        syncline.request.id = id,
        http.response.status_code = Empty,
        error.type = Empty,
        otel.status_code = Empty,
    );
    let headers = request.headers();
    if headers.contains_key(header::AUTHORIZATION) {
        traces.adopt(&span, headers.get(TRACEPARENT).and_then(|value| value.to_str().ok()));
    }
    span
}

/// A caller can make anything its method; the conventions have one word for all of them.
fn word(method: &Method) -> &str {
    let known = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];
    if known.contains(method) { method.as_str() } else { "_OTHER" }
}

/// For a server only 5xx is its own failure.
pub(crate) fn answered(span: &Span, status: StatusCode) {
    span.record("http.response.status_code", status.as_u16());
    if status.is_server_error() {
        span.record("error.type", display(status.as_u16()));
        span.record("otel.status_code", "ERROR");
    }
}
