//! CPU time of the server, as a whole process, per HTTP request: what an operator pays for. Prints each figure beside its budget.
//!
//! Polls nothing and writes nothing while it measures; the client's own time is not in the figures.

#![expect(dead_code, reason = "shares the integration suite's harness and needs a part of it")]

#[path = "../it/app.rs"]
mod app;
#[path = "../it/guests.rs"]
mod guests;
#[path = "../it/node.rs"]
mod node;
#[path = "../it/wall/processes.rs"]
mod processes;
#[path = "../it/provider.rs"]
mod provider;

use std::time::Instant;

use reqwest::Method;
use serde_json::json;
use syncline_store::testing::TestDatabase;

use crate::app::{App, BEHIND_THE_WALL};
use crate::guests::FIXTURE;

const WARM_UP: usize = 300;
const REQUESTS: usize = 3_000;
/// On one page of connections.
const LISTED: usize = 100;
const TARGET: [(&str, &str); 2] = [("Connection-Id", "ada"), ("Provider-Config-Key", "fixture")];

fn main() {
    // Cargo passes `--bench`; a plain `cargo test --benches` does not, and then there is nothing to do.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        isolation("in-process", App::start(TestDatabase::sqlite()).await).await;
        isolation("process", App::start_in(TestDatabase::sqlite(), BEHIND_THE_WALL).await).await;
        measure("sqlite", TestDatabase::sqlite()).await;
        if let Some(database) = TestDatabase::postgres().await {
            measure("postgres", database).await;
        }
    });
}

async fn measure(name: &str, database: TestDatabase) {
    let mut app = App::start(database).await;
    app.deploy(&FIXTURE).await.ok();
    app.connect_and_settle("ada", json!({ "count": 1_000, "page_size": 100, "size_bytes": 1_000 })).await;
    assert_eq!(app.sync("ada", "bulk").await["state"], "succeeded");
    let app_ref = &app;
    per_request(name, "GET /records of 100, 1 KB each", 500.0, app_ref, || async {
        app_ref.call(Method::GET, "/records?model=Item&limit=100", &TARGET, None).await.ok();
    })
    .await;
    // Of an integration without functions: nothing runs because of them.
    let quiet = json!({ "provider": "stand-in", "unique_key": "quiet" });
    app_ref.post("/integrations", quiet).await.ok();
    for n in 0..LISTED {
        let body = json!({
            "provider_config_key": "quiet", "connection_id": format!("c{n}"), "tags": { "plan": "gold" }, "metadata": { "n": n },
            "credentials": { "type": "API_KEY", "apiKey": "key" },
        });
        app_ref.post("/connections", body).await.ok();
    }
    per_request(name, "GET /connections of 100", 500.0, app_ref, || async {
        app_ref.call(Method::GET, "/connections?integrationId=quiet&limit=100", &[], None).await.ok();
    })
    .await;
    per_request(name, "POST /action/trigger", 400.0, app_ref, || async {
        app_ref.action("ada", "echo", json!({ "n": 1 })).await.ok();
    })
    .await;
    per_request(name, "GET /proxy to a provider on loopback", 150.0, app_ref, || async {
        app_ref.call(Method::GET, "/proxy/echo", &TARGET, None).await.ok();
    })
    .await;
    app.stop();
}

/// What the process wall costs: an action that asks nothing of its host, and one that asks twenty times. The processes' time is in the figures.
async fn isolation(name: &str, mut app: App) {
    app.deploy(&FIXTURE).await.ok();
    app.connect_and_settle("ada", json!({ "count": 10_000, "page_size": 10, "size_bytes": 100 })).await;
    let app_ref = &app;
    per_request(name, "POST /action/trigger", 500.0, app_ref, || async {
        app_ref.action("ada", "echo", json!({ "n": 1 })).await.ok();
    })
    .await;
    per_request(name, "the same with 20 requests", 5_000.0, app_ref, || async {
        app_ref.action("ada", "parallel", json!({ "path": "/echo", "count": 20 })).await.ok();
    })
    .await;
    for pid in processes::of(app.pid()) {
        let rollup = std::fs::read_to_string(processes::path(pid, "smaps_rollup")).unwrap_or_default();
        let of = |field: &str| rollup.lines().find(|line| line.starts_with(field)).unwrap_or("?").replace(' ', "");
        println!("{name:10} a process of functions: {}, {}, {}", of("Rss:"), of("Pss:"), of("Private_Dirty:"));
    }
    app.stop();
}

async fn per_request<F: Future<Output = ()>>(database: &str, what: &str, budget_us: f64, app: &App, request: impl Fn() -> F) {
    for _ in 0..WARM_UP {
        request().await;
    }
    let (cpu, begin) = (cpu_us_of_all(app.pid()), Instant::now());
    for _ in 0..REQUESTS {
        request().await;
    }
    let (cpu, wall) = ((cpu_us_of_all(app.pid()) - cpu) / REQUESTS as f64, begin.elapsed().as_micros() as f64 / REQUESTS as f64);
    println!("{database:10} {what:38} {cpu:6.0} µs CPU of the server (budget {budget_us:.0}), {wall:6.0} µs wall");
}

/// The server's, and that of the processes in which it runs functions.
fn cpu_us_of_all(server: u32) -> f64 {
    cpu_us(server) + processes::of(server).into_iter().map(cpu_us).sum::<f64>()
}

/// User and system time; the kernel counts in hundredths of a second, so thousands of requests make one figure.
fn cpu_us(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("Linux has /proc");
    let fields: Vec<&str> = stat.rsplit(')').next().expect("the name is in brackets").split_whitespace().collect();
    let ticks = |at: usize| fields[at].parse::<f64>().expect("a number");
    (ticks(11) + ticks(12)) * 10_000.0
}
