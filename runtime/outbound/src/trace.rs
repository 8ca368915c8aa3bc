//! Spans of what leaves, for whoever exports them. The names are those of OpenTelemetry's semantic conventions for HTTP clients.
//!
//! They say where a request went and what came of it. Never a path, a query, a header or a body: paths carry ids and, with some providers,
//! the key itself.

use syncline_domain::TRACES;
use tracing::Span;
use tracing::field::Empty;

use crate::{Incoming, Outgoing, ProxyCall, ProxyError, ProxyResponse};

/// One request with its redirects, until the answer begins.
pub(crate) fn request(outgoing: &Outgoing) -> Span {
    tracing::trace_span!(
        target: TRACES,
        "http.client",
        otel.name = %outgoing.method,
        otel.kind = "client",
        http.request.method = %outgoing.method,
        url.scheme = outgoing.url.scheme(),
        server.address = outgoing.url.host_str(),
        server.port = outgoing.url.port_or_known_default(),
        http.response.status_code = Empty,
        error.type = Empty,
        otel.status_code = Empty,
    )
}

/// A call of a provider: its tries, the waits between them, and a refresh where one was needed.
pub(crate) fn call(call: &ProxyCall) -> Span {
    tracing::trace_span!(
        target: TRACES,
        "provider.call",
        otel.name = "provider call",
        http.request.method = %call.method,
        syncline.provider = Empty,
        syncline.attempts = Empty,
        http.response.status_code = Empty,
        error.type = Empty,
        otel.status_code = Empty,
    )
}

/// What came of a request.
pub(crate) fn answered(span: &Span, answer: &Result<Incoming, ProxyError>) {
    end(span, answer.as_ref().map(|incoming| incoming.status.as_u16()));
}

/// What came of a call.
pub(crate) fn called(span: &Span, answer: &Result<ProxyResponse, ProxyError>) {
    if let Ok(response) = answer {
        span.record("syncline.attempts", response.attempts);
    }
    end(span, answer.as_ref().map(|response| response.status.as_u16()));
}

/// For a client 4xx is a failure as well.
fn end(span: &Span, status: Result<u16, &ProxyError>) {
    match status {
        Ok(status) => {
            span.record("http.response.status_code", status);
            if status >= 400 {
                span.record("error.type", tracing::field::display(status));
                span.record("otel.status_code", "ERROR");
            }
        }
        Err(error) => {
            span.record("error.type", error.code());
            span.record("otel.status_code", "ERROR");
        }
    }
}
