//! One tenant's mountain of work, and an old transaction that nobody ends.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use syncline_domain::{Clock as _, SystemClock, Timestamp};
use syncline_store::testing::TestDatabase;

use super::chance::{Chance, number, rounds};
use super::fleet::Fleet;
use super::schedules::all_due_at_once;
use crate::both::on_both_databases;
use crate::guests::FIXTURE;
use crate::node::{Answer, KEY, Node, read};
use crate::provider::TOKEN;

/// Of the small tenant: the environment prod.
const SMALL: &str = "2f1b7c0e-9d43-4a86-8f21-6c5d4e3f2a10";

on_both_databases! {
    /// C7: one environment has work for minutes in line; what another asks for begins within 2 s.
    async fn a_small_tenant_does_not_wait_behind_a_noisy_one(fleet: Noisy) {
        let fleet = &mut fleet.0;
        let noise = number("SYNCLINE_FAULT_SCHEDULES").unwrap_or(10_000);
        fleet.terminate(0);
        all_due_at_once(fleet.database(), noise).await;
        fleet.launch(0).await;
        let node = fleet.node(0);
        let waiting = "SELECT COUNT(*) FROM jobs WHERE state = 'available'";
        let enough = i64::try_from(noise / 4).unwrap();
        node.eventually("a mountain of jobs", || async { (fleet.database().number(waiting).await > enough).then_some(()) }).await;
        let mut longest = Duration::ZERO;
        for _ in 0..5 {
            let asked = SystemClock.now();
            let before = small_runs(node).await.len();
            let body = json!({ "syncs": ["full"], "provider_config_key": "fixture", "connection_id": "small" });
            small(node, Method::POST, "/sync/trigger", body).await.ok();
            let run = node
                .eventually("the small tenant's run", || async {
                    let runs = small_runs(node).await;
                    (runs.len() > before && runs[0]["state"] == "succeeded").then(|| runs[0].clone())
                })
                .await;
            longest = longest.max(Timestamp::parse(run["started_at"].as_str().unwrap()).unwrap().since(asked));
        }
        let left = fleet.database().number(waiting).await;
        println!("the small tenant waited {longest:?} at most; {left} of {noise} jobs of the other were still in line");
        assert!(left > 100, "there was nothing to wait behind");
        assert!(longest < Duration::from_secs(2), "{longest:?}");
    }
}

/// C8: a transaction that stays open keeps every old row version alive. Claims do not wade through them, and what a job leaves behind is bounded.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_transaction_does_not_stop_the_queue() {
    let Some(database) = TestDatabase::postgres().await else { return };
    let url = database.url().to_owned();
    let mut fleet = Fleet::start(database).await;
    let actions = number("SYNCLINE_FAULT_ACTIONS").unwrap_or(300);
    rounds("an old transaction", async |mut chance| {
        // The first time also fills caches.
        timed(&fleet, "warm-up", actions / 3, &mut chance).await;
        let without = timed(&fleet, "without", actions, &mut chance).await;
        let mut session = Command::new(psql()).args(["--quiet", "--no-psqlrc", &url]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let old = "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT COUNT(*) FROM jobs;";
        writeln!(session.stdin.as_mut().unwrap(), "{old}").unwrap();
        let holds = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction' AND backend_xmin IS NOT NULL";
        fleet.node(0).eventually("an old snapshot", || async { (fleet.database().number(holds).await > 0).then_some(()) }).await;
        let with = timed(&fleet, "with", actions, &mut chance).await;
        let bytes = fleet.database().number("SELECT pg_total_relation_size('jobs')").await;
        drop(session.stdin.take());
        session.wait().unwrap();
        println!("{actions} actions: {without:?} without an old transaction, {with:?} with one; jobs holds {bytes} bytes");
        // The goal is four fifths of the speed. Half leaves room for whatever else runs on the machine of a test.
        assert!(with < without * 2, "{without:?} became {with:?}");
        assert!(bytes < 4 * 1024 * 1024 + i64::try_from(actions).unwrap() * 16 * 1024, "{bytes} bytes");
    })
    .await;
    fleet.stop();
}

/// A fleet with a second environment that has one connection.
struct Noisy(Fleet);

impl Noisy {
    async fn start(database: TestDatabase) -> Self {
        let mut fleet = Fleet::start(database).await;
        fleet.set(0, &[("SYNCLINE_SECRET_KEY_PROD", SMALL)]);
        fleet.terminate(0);
        fleet.launch(0).await;
        let node = fleet.node(0);
        small(node, Method::POST, "/integrations", json!({ "provider": "stand-in", "unique_key": "fixture" })).await.ok();
        let components =
            json!([{ "integration": "fixture", "wasm": base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &*FIXTURE) }]);
        small(node, Method::POST, "/deployments", json!({ "components": components, "allow_destructive": true })).await.ok();
        let body =
            json!({ "provider_config_key": "fixture", "connection_id": "small", "credentials": { "type": "API_KEY", "apiKey": TOKEN } });
        small(node, Method::POST, "/connections", body).await.ok();
        node.eventually("the small tenant's first run", || async {
            small_runs(node).await.first().is_some_and(|run| run["state"] == "succeeded").then_some(())
        })
        .await;
        Self(fleet)
    }

    fn stop(&mut self) {
        self.0.stop();
    }
}

async fn small(node: &Node, method: Method, path: &str, body: Value) -> Answer {
    assert_ne!(SMALL, KEY);
    read(node.http.request(method, node.url(path)).bearer_auth(SMALL).json(&body)).await
}

async fn small_runs(node: &Node) -> Vec<Value> {
    let path = "/runs?connection_id=small&integration_id=fixture&function=full&limit=100";
    let answer = read(node.http.get(node.url(path)).bearer_auth(SMALL)).await.ok();
    answer["data"].as_array().unwrap().clone()
}

/// How long so many actions take from the first request to the last result.
async fn timed(fleet: &Fleet, name: &str, actions: u64, chance: &mut Chance) -> Duration {
    fleet.provider.forget();
    let load = fleet.load(&format!("{name}-{}", chance.below(1_000_000)));
    let begin = Instant::now();
    let producers = load.start(4, chance);
    load.reach(actions).await;
    producers.stop().await;
    fleet.reckon(&load, chance).await;
    begin.elapsed()
}

fn psql() -> PathBuf {
    let path = TestDatabase::postgres_programs().expect("a test on PostgreSQL runs").join("psql");
    if path.is_file() { path } else { "psql".into() }
}
