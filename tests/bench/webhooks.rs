//! Webhooks to a receiver on loopback: deliveries a second, and what each costs the server in CPU time, as a whole process.
//!
//! Deliveries are replayed, so that composing them is not in the figures; claiming, both transactions, signing and sending are.

#![expect(dead_code, reason = "shares the integration suite's harness and needs a part of it")]

#[path = "../it/app.rs"]
mod app;
#[path = "../it/node.rs"]
mod node;
#[path = "../it/provider.rs"]
mod provider;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use reqwest::Method;
use serde_json::json;
use syncline_store::testing::TestDatabase;

use crate::app::App;
use crate::provider::TOKEN;

const DELIVERIES: u64 = 400;
/// Each delivery is sent so often, a round at a time.
const ROUNDS: u64 = 5;

fn main() {
    // Cargo passes `--bench`; a plain `cargo test --benches` does not, and then there is nothing to do.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        measure("sqlite", TestDatabase::sqlite()).await;
        if let Some(database) = TestDatabase::postgres().await {
            measure("postgres", database).await;
        }
    });
}

async fn measure(name: &str, database: TestDatabase) {
    let mut app = App::start(database).await;
    let (url, received) = receiver().await;
    app.call(Method::PATCH, "/environment/webhooks", &[], Some(json!({ "primary_url": url }))).await.ok();
    for number in 0..DELIVERIES {
        let body = json!({
            "provider_config_key": "fixture", "connection_id": format!("c{number}"),
            "credentials": { "type": "API_KEY", "apiKey": TOKEN },
        });
        app.post("/connections", body).await.ok();
    }
    arrived(&app, &received, DELIVERIES).await;
    let (mut cpu, mut wall) = (0.0, 0.0);
    for round in 1..=ROUNDS {
        let (cpu_before, begin) = (cpu_us(app.pid()), Instant::now());
        let body = json!({ "since": "2020-01-01T00:00:00Z", "only_failed": false });
        let replayed = app.post("/webhooks/deliveries/replay", body).await.ok()["replayed"].clone();
        assert_eq!(replayed, DELIVERIES);
        arrived(&app, &received, DELIVERIES * (round + 1)).await;
        wall += begin.elapsed().as_secs_f64();
        cpu += cpu_us(app.pid()) - cpu_before;
    }
    let sent = (DELIVERIES * ROUNDS) as f64;
    println!("{name:9} {:6.0} deliveries/s, {:5.0} µs CPU of the server each, replay included", sent / wall, cpu / sent);
    app.stop();
}

/// Waits until so many requests came, and all of them are on record.
async fn arrived(app: &App, received: &AtomicU64, count: u64) {
    app.eventually("deliveries", || async {
        if received.load(Ordering::SeqCst) < count {
            return None;
        }
        let waiting = app.get("/webhooks/deliveries?state=waiting&limit=1").await.ok();
        waiting["data"].as_array().is_some_and(Vec::is_empty).then_some(())
    })
    .await;
}

async fn receiver() -> (String, Arc<AtomicU64>) {
    let received = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&received);
    let take = move || {
        let count = Arc::clone(&count);
        async move {
            count.fetch_add(1, Ordering::SeqCst);
            StatusCode::NO_CONTENT
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/hooks", listener.local_addr().expect("it is bound"));
    let router = Router::new().route("/hooks", post(take));
    #[expect(clippy::disallowed_methods, reason = "a bench's server ends with its runtime")]
    tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves until the end") });
    (url, received)
}

/// User and system time; the kernel counts in hundredths of a second, so thousands of deliveries make one figure.
fn cpu_us(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("Linux has /proc");
    let fields: Vec<&str> = stat.rsplit(')').next().expect("the name is in brackets").split_whitespace().collect();
    let ticks = |at: usize| fields[at].parse::<f64>().expect("a number");
    (ticks(11) + ticks(12)) * 10_000.0
}
