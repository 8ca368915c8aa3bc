//! The W3C's trace context, by the SDK.

use std::collections::HashMap;

use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use syncline_domain::{TRACEPARENT, TraceContext};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// Between spans and their `traceparent`.
pub(super) struct Context(TraceContextPropagator);

impl Context {
    pub(super) fn new() -> Self {
        Self(TraceContextPropagator::new())
    }
}

impl TraceContext for Context {
    fn adopt(&self, span: &Span, traceparent: &str) {
        let carrier = HashMap::from([(TRACEPARENT.to_owned(), traceparent.to_owned())]);
        // A span that has begun already keeps its place; none does here.
        let _ = span.set_parent(self.0.extract(&carrier));
    }

    fn traceparent(&self, span: &Span) -> Option<String> {
        let mut carrier = HashMap::new();
        self.0.inject_context(&span.context(), &mut carrier);
        carrier.remove(TRACEPARENT)
    }
}
