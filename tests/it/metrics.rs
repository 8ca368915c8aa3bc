//! Figures for Prometheus, from a real server.

use std::collections::BTreeSet;
use std::net::TcpListener;

use reqwest::{Method, StatusCode};
use serde_json::json;
use syncline_store::testing::TestDatabase;

use crate::app::App;
use crate::guests::FIXTURE;
use crate::node::{Node, Place, read};
use crate::provider::TOKEN;
use crate::sink::Sink;

const TARGET: [(&str, &str); 2] = [("Connection-Id", "ada"), ("Provider-Config-Key", "fixture")];

/// Each series with its value.
fn series(text: &str) -> Vec<(String, f64)> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let parsed = lines.map(|line| line.rsplit_once(' ').unwrap_or_else(|| panic!("no sample: {line}")));
    parsed.map(|(name, value)| (name.to_owned(), value.parse().unwrap_or_else(|_| panic!("no number: {name} {value}")))).collect()
}

pub(crate) fn value(text: &str, name: &str) -> f64 {
    series(text).into_iter().find(|(given, _)| given == name).unwrap_or_else(|| panic!("no {name} in\n{text}")).1
}

/// X9 and S6: whatever callers make up, there are as many series as before, and none of them names it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn figures_count_what_was_done_and_their_number_is_bounded() {
    let mut app = App::start(TestDatabase::sqlite()).await;
    app.provider.put(1, "one");
    app.deploy(&FIXTURE).await.ok();
    app.connect_and_settle("ada", json!({})).await;
    app.stop();
    // The first run finds nothing compiled, the next ones do.
    std::fs::remove_dir_all(app.directory.path().join("data/components")).unwrap();
    let monitor = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let place = Place { database_url: app.database.url(), directory: app.directory.path(), data: "data", public_url: None, rate_limit: 0 };
    let mut node = Node::start_with(&place, &[("SYNCLINE_METRICS_LISTEN", &monitor.to_string())]).await;
    let scrape = || async {
        let answer = read(node.http.get(format!("http://{monitor}/metrics"))).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        assert!(answer.headers["content-type"].to_str().unwrap().starts_with("text/plain; version=0.0.4"));
        answer.text
    };
    for (path, status) in [("/proxy/items", 200), ("/proxy/status/404", 404), ("/proxy/status/503", 503)] {
        assert_eq!(node.call(Method::GET, path, &TARGET, None).await.status.as_u16(), status);
    }
    node.call(Method::POST, "/action/trigger", &TARGET, Some(json!({ "action_name": "echo", "input": { "n": 1 } }))).await.ok();
    node.call(Method::POST, "/sync/trigger", &TARGET, Some(json!({ "syncs": ["full"] }))).await.ok();
    let before = node
        .eventually("the sync's run among the figures", || async {
            let text = scrape().await;
            // The end of its job is counted last.
            (value(&text, r#"syncline_jobs_ended_total{kind="run_sync",outcome="completed"}"#) >= 1.0).then_some(text)
        })
        .await;
    let (gone, failing) = (Sink::answering(&[410]).await, Sink::answering(&[500; 5]).await);
    let told = |name: String, url: String| {
        let credentials = json!({ "type": "API_KEY", "apiKey": TOKEN });
        let body =
            json!({ "provider_config_key": "fixture", "connection_id": name, "webhook_url_override": url, "credentials": credentials });
        node.post("/connections", body)
    };
    told("gone".to_owned(), gone.url()).await.ok();
    for number in 0..5 {
        told(format!("failing-{number}"), failing.url()).await.ok();
    }
    let before_them = before;
    let before = node
        .eventually("the addresses among the figures", || async {
            let text = scrape().await;
            let both = ["syncline_webhook_addresses_disabled_total", "syncline_webhook_breakers_opened_total"];
            both.iter().all(|name| value(&text, name) >= 1.0).then_some(text)
        })
        .await;
    assert!(value(&before_them, "syncline_webhook_addresses_disabled_total") < 0.5, "it counts from nothing");
    for (name, at_least) in [
        (r#"syncline_component_loads_total{outcome="compiled"}"#, 1.0),
        (r#"syncline_component_loads_total{outcome="cached"}"#, 1.0),
        ("syncline_component_compile_seconds_count", 1.0),
        (r#"syncline_proxy_requests_total{outcome="succeeded"}"#, 1.0),
        (r#"syncline_proxy_requests_total{outcome="client_error"}"#, 1.0),
        (r#"syncline_proxy_requests_total{outcome="server_error"}"#, 1.0),
        (r#"syncline_runs_total{type="action",state="succeeded"}"#, 1.0),
        (r#"syncline_jobs_ended_total{kind="run_sync",outcome="completed"}"#, 1.0),
        ("syncline_job_lateness_seconds_count", 1.0),
        ("syncline_database_write_duration_seconds_count", 1.0),
        (r#"syncline_http_requests_total{route="/proxy/{*path}",method="GET",status="4xx"}"#, 1.0),
        ("process_resident_memory_bytes", 1_000_000.0),
        ("process_open_fds", 5.0),
    ] {
        assert!(value(&before, name) >= at_least, "{name} is {}", value(&before, name));
    }
    // Figures of things: whole numbers, however they are written.
    assert!(value(&before, r#"syncline_jobs{kind="run_sync",state="discarded"}"#) < 0.5);
    assert!(value(&before, "syncline_stopping") < 0.5);
    for name in ["syncline_build_info", "syncline_last_claim_seconds", "syncline_run_cpu_seconds_total", "process_cpu_seconds_total"] {
        assert!(series(&before).iter().any(|(given, _)| given.starts_with(name)), "{name}");
    }

    let bomb = |n: usize| {
        let node = &node;
        async move {
            let name = format!("canary-{n}");
            let headers = [("Connection-Id", name.as_str()), ("Provider-Config-Key", name.as_str())];
            node.call(Method::GET, &format!("/{name}/{n}"), &[], None).await;
            node.call(Method::GET, &format!("/proxy/{name}"), &headers, None).await;
            node.call(Method::GET, &format!("/connections/{name}?provider_config_key={name}"), &[], None).await;
            node.call(Method::from_bytes(format!("CANARY{n}").as_bytes()).unwrap(), "/integrations", &[], None).await;
        }
    };
    // The first of each kind may add a route that nobody had asked for yet.
    bomb(0).await;
    let names = |text: &str| series(text).into_iter().map(|(name, _)| name).collect::<BTreeSet<_>>();
    let known = names(&scrape().await);
    for n in 1..100 {
        bomb(n).await;
    }
    let after = scrape().await;
    let grown: Vec<_> = names(&after).difference(&known).cloned().collect();
    assert!(grown.is_empty(), "{grown:?}");
    for secret in ["canary", "CANARY", TOKEN, "ada", "fixture"] {
        assert!(!after.contains(secret), "{secret} is in\n{after}");
    }
    // On the API's own address it is the operator's.
    assert_eq!(node.get("/metrics").await.code(), "invalid_operator_token");
    assert_eq!(read(node.http.get(format!("http://{monitor}/integrations"))).await.status, StatusCode::NOT_FOUND);
    assert_eq!(read(node.http.get(format!("http://{monitor}/ready"))).await.status, StatusCode::OK);
    node.terminate();
}
