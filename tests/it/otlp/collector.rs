//! A stand-in for a collector: takes what a server exports, and decodes it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;

use crate::authorization::hex;

/// Keeps what it is sent.
#[derive(Clone)]
pub(super) struct Collector {
    address: SocketAddr,
    received: Arc<Mutex<Received>>,
    /// Whether it leaves those who send without an answer.
    is_silent: bool,
}

/// What came, to the byte and decoded.
#[derive(Clone, Default)]
pub(super) struct Received {
    pub(super) spans: Vec<Span>,
    pub(super) resource: Vec<KeyValue>,
    pub(super) headers: Vec<HeaderMap>,
    pub(super) bytes: Vec<u8>,
}

impl Collector {
    pub(super) async fn start() -> Self {
        Self::answering(true).await
    }

    /// Takes connections and never answers.
    pub(super) async fn silent() -> Self {
        Self::answering(false).await
    }

    async fn answering(answers: bool) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let collector = Self { address: listener.local_addr().unwrap(), received: Arc::default(), is_silent: !answers };
        let router = Router::new().route("/v1/traces", post(take)).with_state(collector.clone());
        #[expect(clippy::disallowed_methods, reason = "a test's server ends with its runtime")]
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        collector
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn received(&self) -> Received {
        self.received.lock().unwrap().clone()
    }
}

impl Received {
    /// The one span of that name.
    pub(super) fn one(&self, name: &str) -> &Span {
        let mut found = self.spans.iter().filter(|span| span.name == name);
        let span = found.next().unwrap_or_else(|| panic!("no `{name}` among\n{}", self.list()));
        assert!(found.next().is_none(), "two of `{name}` among\n{}", self.list());
        span
    }

    /// The span right above another.
    pub(super) fn above(&self, child: &Span) -> &Span {
        let mut found = self.spans.iter().filter(|span| span.span_id == child.parent_span_id);
        found.next().unwrap_or_else(|| panic!("nothing above `{}` among\n{}", child.name, self.list()))
    }

    /// For a person who looks for a mistake.
    fn list(&self) -> String {
        let line =
            |span: &Span| format!("{} {} below {}: {}\n", hex(&span.trace_id), hex(&span.span_id), hex(&span.parent_span_id), span.name);
        self.spans.iter().map(line).collect()
    }

    /// The spans right below another.
    pub(super) fn below(&self, parent: &Span) -> Vec<&Span> {
        self.spans.iter().filter(|span| span.parent_span_id == parent.span_id).collect()
    }
}

/// An attribute as text.
pub(super) fn attribute(attributes: &[KeyValue], name: &str) -> Option<String> {
    let found = attributes.iter().find(|attribute| attribute.key == name)?;
    Some(match &found.value {
        Some(AnyValue { value: Some(Value::StringValue(text)) }) => text.clone(),
        Some(AnyValue { value: Some(Value::IntValue(number)) }) => number.to_string(),
        other => panic!("{name} is {other:?}"),
    })
}

async fn take(State(collector): State<Collector>, headers: HeaderMap, body: Bytes) {
    if collector.is_silent {
        std::future::pending::<()>().await;
    }
    assert_eq!(headers[header::CONTENT_TYPE], "application/x-protobuf");
    let request = ExportTraceServiceRequest::decode(&body[..]).unwrap();
    let mut received = collector.received.lock().unwrap();
    received.bytes.extend_from_slice(&body);
    received.headers.push(headers);
    for of_resource in request.resource_spans {
        received.resource = of_resource.resource.unwrap_or_default().attributes;
        received.spans.extend(of_resource.scope_spans.into_iter().flat_map(|scope| scope.spans));
    }
}
