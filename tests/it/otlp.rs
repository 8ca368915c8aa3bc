//! Traces, as a collector gets them from a real server.

mod collector;

use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use syncline_store::testing::TestDatabase;

use self::collector::{Collector, attribute};
use crate::app::{App, BEHIND_THE_WALL, Variables};
use crate::authorization::hex;
use crate::guests::FIXTURE;
use crate::node::{ENCRYPTION_KEY, KEY, read};
use crate::provider::TOKEN;
use crate::sink::Sink;

const TARGET: [(&str, &str); 2] = [("Connection-Id", "ada"), ("Provider-Config-Key", "fixture")];
/// The trace and the span of a caller.
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";
/// Of somebody without a key.
const STRANGER: &str = "0af7651916cd43dd8448eb211c80319c";

/// A server with functions, a connection and a receiver of webhooks, which exports to that collector.
async fn exporting(collector: &Collector, sink: &Sink, variables: Variables, more: &[(&str, &str)]) -> App {
    let mut app = App::start(TestDatabase::sqlite()).await;
    app.provider.put(1, "canary-record");
    app.deploy(&FIXTURE).await.ok();
    app.connect_and_settle("ada", json!({})).await;
    let told = json!({ "primary_url": sink.url(), "on_sync_completion_always": true });
    app.call(Method::PATCH, "/environment/webhooks", &[], Some(told)).await.ok();
    let url = collector.url();
    let all: Vec<_> = [("OTEL_EXPORTER_OTLP_ENDPOINT", url.as_str())].iter().chain(variables).chain(more).copied().collect();
    app.restart_with(&all).await;
    app
}

async fn act(app: &App, action: &str, input: Value) -> crate::node::Answer {
    let traceparent = format!("00-{TRACE}-{CALLER}-01");
    let headers = [TARGET[0], TARGET[1], ("traceparent", traceparent.as_str())];
    app.call(Method::POST, "/action/trigger", &headers, Some(json!({ "action_name": action, "input": input }))).await
}

/// The only one below.
fn child<'a>(received: &'a collector::Received, parent: &Span, name: &str) -> &'a Span {
    let below = received.below(parent);
    let names: Vec<_> = below.iter().map(|span| span.name.as_str()).collect();
    assert_eq!(names, [name], "below `{}`", parent.name);
    below[0]
}

fn says(span: &Span, name: &str) -> String {
    attribute(&span.attributes, name).unwrap_or_else(|| panic!("`{}` has no {name}: {:?}", span.name, span.attributes))
}

async fn a_trace_goes_from_a_caller_to_the_provider(variables: Variables) {
    let (collector, sink) = (Collector::start().await, Sink::start().await);
    let more = [
        // Nothing leaves before the server stops: what it had then is sent then.
        ("OTEL_BSP_SCHEDULE_DELAY", "3600000"),
        ("OTEL_SERVICE_NAME", "acme-sync"),
        ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "x-collector-key=canary-collector"),
    ];
    let mut app = exporting(&collector, &sink, variables, &more).await;
    let fetched = act(&app, "fetch-status", json!({ "path": "/echo?key=canary-query" })).await.ok();
    assert_eq!(fetched["status"], 200, "{fetched}");
    let seen = fetched["body"]["headers"].as_array().unwrap();
    assert!(seen.iter().all(|header| header[0] != "traceparent"), "providers are told of nobody's traces: {seen:?}");
    let failed = act(&app, "fail", json!({ "reason": "canary-reason" })).await;
    assert_eq!(failed.status, StatusCode::INTERNAL_SERVER_ERROR, "{failed:?}");
    assert_eq!(app.call(Method::GET, "/proxy/status/503?key=canary-query", &TARGET, None).await.status.as_u16(), 503);
    let stranger = app.http.get(app.url("/connections")).header("traceparent", format!("00-{STRANGER}-{CALLER}-01"));
    assert_eq!(read(stranger).await.status, StatusCode::UNAUTHORIZED);
    app.sync("ada", "full").await;
    let delivered = app
        .eventually("webhook of the sync", || async {
            sink.all().into_iter().find(|delivery| delivery.json()["type"] == "sync" && delivery.find("traceparent").is_some())
        })
        .await;
    assert!(collector.received().spans.is_empty(), "nothing was due yet");
    app.stop();

    let all = collector.received();
    let run = all.one("run fetch-status");
    let request = all.above(run);
    assert_eq!((request.name.as_str(), request.kind()), ("POST /action/trigger", SpanKind::Server));
    assert_eq!((hex(&request.trace_id), hex(&request.parent_span_id)), (TRACE.to_owned(), CALLER.to_owned()));
    assert_eq!((says(request, "http.route"), says(request, "http.response.status_code")), ("/action/trigger".into(), "200".into()));
    child(&all, request, "run fetch-status");
    assert_eq!((says(run, "syncline.connection.id"), says(run, "syncline.integration.id")), ("ada".into(), "fixture".into()));
    assert_eq!((says(run, "faas.trigger"), says(run, "syncline.run.state")), ("http".into(), "succeeded".into()));
    assert!(!says(run, "faas.invocation_id").is_empty() && !says(run, "syncline.environment.id").is_empty());
    let call = child(&all, run, "provider call");
    assert_eq!((says(call, "syncline.provider"), says(call, "syncline.attempts")), ("stand-in".into(), "1".into()));
    let sent = child(&all, call, "GET");
    assert_eq!((sent.kind(), says(sent, "server.address")), (SpanKind::Client, "127.0.0.1".to_owned()));
    assert_eq!((says(sent, "http.request.method"), says(sent, "http.response.status_code")), ("GET".into(), "200".into()));
    for span in [run, call, sent] {
        assert_eq!(hex(&span.trace_id), TRACE);
        assert!(request.start_time_unix_nano <= span.start_time_unix_nano && span.start_time_unix_nano <= span.end_time_unix_nano);
    }
    let failed = all.one("run fail");
    assert_eq!((says(failed, "syncline.run.state"), says(failed, "error.type")), ("failed".into(), "action_error".into()));
    let proxied = child(&all, all.one("GET /proxy/{*path}"), "provider call");
    assert_eq!(says(child(&all, proxied, "GET"), "error.type"), "503");
    assert!(all.spans.iter().all(|span| hex(&span.trace_id) != STRANGER), "whoever has no key joins no trace");

    // What a queue lies between is a trace of its own, up to the receiver of the webhook.
    let job = all.one("job run_sync");
    let run = all.one("run full");
    assert_eq!(all.above(run).span_id, job.span_id);
    assert_eq!((says(run, "syncline.function.kind"), says(job, "syncline.job.outcome")), ("sync".into(), "completed".into()));
    let parent = delivered.header("traceparent").to_owned();
    let delivery =
        all.spans.iter().find(|span| parent.contains(&hex(&span.span_id))).expect("the receiver was told of a span that there is");
    assert_eq!((delivery.name.as_str(), says(delivery, "syncline.webhook.state")), ("deliver sync", "delivered".to_owned()));
    assert_eq!((&delivery.trace_id, &delivery.parent_span_id), (&job.trace_id, &job.span_id));
    child(&all, delivery, "POST");

    let resource = |name| attribute(&all.resource, name);
    assert_eq!(resource("service.name").as_deref(), Some("acme-sync"));
    assert_eq!(resource("deployment.environment.name").as_deref(), Some("test"));
    assert_eq!(resource("service.version").as_deref(), Some(env!("CARGO_PKG_VERSION")));
    assert!(resource("service.instance.id").is_some());
    assert!(all.headers.iter().all(|headers| headers["x-collector-key"] == "canary-collector"));
    let text = String::from_utf8_lossy(&all.bytes);
    for secret in [TOKEN, KEY, ENCRYPTION_KEY, "canary", "whsec_", "Bearer"] {
        assert!(!text.contains(secret), "{secret} is among the spans");
    }
    assert!(text.contains("fetch-status"), "the search finds what is there");
    assert!(!app.log().contains("canary-collector"), "{}", app.log());
}

/// S6: a triggered action is one trace from its caller to the provider; no secret, no payload and no query is in what leaves.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_action_is_one_trace_and_says_no_secret() {
    a_trace_goes_from_a_caller_to_the_provider(&[]).await;
}

/// The same of functions that run in processes of their own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_action_behind_the_wall_is_one_trace_too() {
    a_trace_goes_from_a_caller_to_the_provider(BEHIND_THE_WALL).await;
}

/// Nothing depends on a collector: where it is gone, or takes everything and never answers, all goes on, the log says so once, and the server
/// stops in time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_is_gone_or_silent_is_in_nobodys_way() {
    let (silent, sink) = (Collector::silent().await, Sink::start().await);
    // Small and quick, so that a queue that made somebody wait would do so here.
    let more = [
        ("OTEL_BSP_SCHEDULE_DELAY", "10"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "8"),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "4"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "600000"),
    ];
    let mut app = exporting(&silent, &sink, &[], &more).await;
    for number in 0..50 {
        assert_eq!(act(&app, "echo", json!({ "n": number })).await.ok()["n"], number);
    }
    let begun = Instant::now();
    app.stop();
    assert!(begun.elapsed() < Duration::from_secs(60), "it waited {:?} for a collector that has ten minutes", begun.elapsed());

    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (address, said) = (format!("http://{gone}"), "traces could not be sent to the collector");
    app.restart_with(&[("SYNCLINE_OTLP_ENDPOINT", &address), more[0], more[1], more[2]]).await;
    let count = |app: &App| app.log().lines().filter(|line| line.contains(said)).count();
    for number in 0..50 {
        assert_eq!(act(&app, "echo", json!({ "n": number })).await.ok()["n"], number);
    }
    app.eventually("a word of the collector", || async { (count(&app) > 0).then_some(()) }).await;
    act(&app, "echo", json!({})).await.ok();
    app.stop();
    assert_eq!(count(&app), 1, "{}", app.log());
}
