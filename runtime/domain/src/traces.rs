//! Where the spans of this process meet those of others: the W3C's trace context.

use std::fmt;
use std::sync::Arc;

use tracing::Span;

/// The target of spans that are made to be exported. A log never shows them, so that where nobody exports they cost a comparison.
pub const TRACES: &str = "syncline::traces";

/// The name of the header, in lower case: <https://www.w3.org/TR/trace-context/>.
pub const TRACEPARENT: &str = "traceparent";

/// Whoever exports spans.
pub trait TraceContext: Send + Sync {
    /// Makes the span a child of the one that this `traceparent` names. Before it is entered; what is no `traceparent` changes nothing.
    fn adopt(&self, span: &Span, traceparent: &str);

    /// The `traceparent` of a span, for whoever goes on with its work; nothing where the span goes nowhere.
    fn traceparent(&self, span: &Span) -> Option<String>;
}

/// The same, or nobody.
#[derive(Clone, Default)]
pub struct Traces(Option<Arc<dyn TraceContext>>);

impl Traces {
    /// With somebody.
    pub fn new(context: Arc<dyn TraceContext>) -> Self {
        Self(Some(context))
    }

    /// See [`TraceContext::adopt`].
    pub fn adopt(&self, span: &Span, traceparent: Option<&str>) {
        if let (Some(context), Some(traceparent)) = (&self.0, traceparent) {
            context.adopt(span, traceparent);
        }
    }

    /// See [`TraceContext::traceparent`].
    pub fn traceparent(&self, span: &Span) -> Option<String> {
        self.0.as_ref().filter(|_| !span.is_disabled())?.traceparent(span)
    }
}

impl fmt::Debug for Traces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Traces").field(&self.0.is_some()).finish()
    }
}
