//! What the queue does on this machine: durable runs a second, from a due time to a start, and what a million schedules cost that are not due.
//!
//! The server runs in this process, so that time is measured by one clock and CPU time is that of everything, PostgreSQL's own excepted.
//! `cargo bench -p syncline-server --bench queue -- [due|steady|bursts|latency|idle] [sqlite|postgres]`

#![expect(dead_code, reason = "shares the integration suite's harness and needs a part of it")]

#[path = "../it/guests.rs"]
mod guests;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use serde_json::{Value, json};
use syncline_domain::{
    Clock as _, ConnectionName, Credentials, EnvironmentId, EnvironmentName, FunctionId, FunctionName, IntegrationId, IntegrationKey,
    RunState, Secret, SyncState, SystemClock, Tags, Timestamp, Trigger, Variant,
};
use syncline_engine::Compiler;
use syncline_server::compose::{self, Node, Options};
use syncline_server::config::{Configuration, Keys, Settings};
use syncline_store::testing::{TestCluster, TestDatabase};
use syncline_store::{NewConnection, NewSync, RunFilter, SyncRow, TriggerSync};
use tempfile::TempDir;

use crate::guests::FIXTURE;

/// Due at one second.
const DUE: usize = 10_000;
/// Of them, where they are due one second after the other.
const EACH_SECOND: usize = 1_000;
const TRIGGERED: usize = 300;
/// Schedules that are not due, on so many connections.
const IDLE: (usize, usize) = (10_000, 100);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // Cargo passes `--bench`; a plain `cargo test --benches` does not, and then there is nothing to do.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return;
    }
    let is_wanted = |name: &str, of: &[&str]| {
        let given: Vec<_> = arguments.iter().filter(|argument| of.contains(&argument.as_str())).collect();
        given.is_empty() || given.iter().any(|argument| *argument == name)
    };
    let scenarios = ["due", "steady", "bursts", "latency", "idle"];
    let databases = ["sqlite", "postgres"];
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        for database in databases.into_iter().filter(|name| is_wanted(name, &databases)) {
            for scenario in scenarios.into_iter().filter(|name| is_wanted(name, &scenarios)) {
                // Of its own, because its commits wait for the disk; the tests' common one does not.
                let (test, cluster) = match database {
                    "sqlite" => (Some(TestDatabase::sqlite()), None),
                    _ => (None, TestCluster::start().await),
                };
                let url = test.as_ref().map(|test| test.url().to_owned()).or_else(|| cluster.as_ref().map(TestCluster::url));
                let Some(url) = url else { continue };
                let world = World::start(&url).await;
                match scenario {
                    "due" => due(database, &world).await,
                    "steady" => steady(database, &world, false).await,
                    "bursts" => steady(database, &world, true).await,
                    "latency" => latency(database, &world).await,
                    _ => idle(database, &world).await,
                }
                world.node.stop().await.expect("it stops");
            }
        }
    });
}

struct World {
    node: Node,
    environment: EnvironmentId,
    integration: IntegrationId,
    function: FunctionId,
    _directory: TempDir,
}

impl World {
    async fn start(database: &str) -> Self {
        let directory = tempfile::tempdir().expect("a folder");
        let providers = directory.path().join("providers");
        std::fs::create_dir(&providers).expect("a folder");
        let entry = "key: stand-in\ndisplay_name: Stand-in\ncategories: [dev-tools]\ndocs: https://example.com/docs\nauth:\n  mode: API_KEY\n\
                     proxy:\n  base_url: http://127.0.0.1:9\n  headers: {x-api-key: '${apiKey}'}\nsources: [https://example.com/docs]\n";
        std::fs::write(providers.join("stand-in.yaml"), entry).expect("a file");
        let settings = Settings {
            listen: Some(([127, 0, 0, 1], 0).into()),
            data_dir: Some(directory.path().to_owned()),
            providers_dir: Some(providers),
            ..Settings::default()
        };
        let mut configuration = Configuration::resolve(settings).expect("settings");
        // That of all test databases.
        configuration.encryption_key = Some([7; 32]);
        configuration.database = Some(syncline_store::DatabaseUrl::parse(database).expect("a URL"));
        let keys = Keys::prepare(&configuration).expect("keys");
        let key = keys.dev.expose().to_owned();
        let mut options = Options::new(configuration, keys, Arc::new(SystemClock)).expect("options");
        options.compiler = Compiler::InProcess;
        let node = compose::start(options).await.expect("it starts");
        #[expect(clippy::disallowed_methods, reason = "the bench is a client")]
        let http = reqwest::Client::new();
        let post = |path: &str, body: Value| {
            let request = http.post(format!("{}{path}", node.url())).bearer_auth(&key).json(&body);
            async move {
                let answer = request.send().await.expect("an answer");
                assert!(answer.status().is_success(), "{}", answer.text().await.unwrap_or_default());
            }
        };
        post("integrations", json!({ "provider": "stand-in", "unique_key": "fixture" })).await;
        let wasm = base64::engine::general_purpose::STANDARD.encode(&*FIXTURE);
        post("deployments", json!({ "components": [{ "integration": "fixture", "wasm": wasm }] })).await;
        let store = node.store();
        let environment =
            store.environments().ensure(&EnvironmentName::new("dev").expect("a name"), SystemClock.now()).await.expect("dev").id;
        let integration = store.integrations().lookup(environment, &IntegrationKey::new("fixture").expect("a key")).await;
        let integration = integration.expect("a database").expect("it was made").id;
        let functions = store.functions().list(environment, Some(integration)).await.expect("functions");
        let function = functions.iter().find(|function| function.definition.name.as_str() == "told").expect("it was deployed").id;
        Self { node, environment, integration, function, _directory: directory }
    }

    /// A connection with syncs whose runs do nothing at all: what is left is what a run costs.
    async fn connect(&self, name: String, syncs: usize, next_run_at: Option<Timestamp>) -> Vec<SyncRow> {
        let now = SystemClock.now();
        let sync = |n: usize| NewSync {
            function: self.function,
            name: FunctionName::new("told").expect("a name"),
            variant: if n == 0 { Variant::base() } else { Variant::new(format!("v{n}")).expect("a variant") },
            state: SyncState::Paused,
            frequency_override: Some("every 1d".to_owned()),
            next_run_at: None,
        };
        let new = NewConnection {
            environment: self.environment,
            integration: self.integration,
            connection: ConnectionName::new(name).expect("a name"),
            credentials: Credentials::ApiKey { api_key: Secret::new("key") },
            connection_config: "{}".to_owned(),
            metadata: None,
            tags: Tags::new(),
            end_user: None,
            webhook_url_override: None,
            syncs: (0..syncs).map(sync).collect(),
            events: vec![],
            session: None,
            target: None,
            refresh_at: None,
            pending: false,
            notify: false,
            now,
        };
        let store = self.node.store();
        let connection = store.connections().insert(new).await.expect("a connection").row.id;
        let syncs = store.syncs().list_for_connection(connection).await.expect("its syncs");
        if next_run_at.is_some() {
            let started = syncs.iter().map(|sync| async move { store.syncs().set_state(sync.id, SyncState::Started, next_run_at).await });
            for is_known in futures_util::future::join_all(started).await {
                assert!(is_known.expect("a schedule"));
            }
        }
        syncs
    }

    /// Until all have ended well; when they began and ended.
    async fn runs(&self, count: usize) -> Vec<(Timestamp, Timestamp)> {
        let store = self.node.store();
        // Seldom: the question costs the database a look at all that wait.
        while store.jobs().count_active().await.expect("a count") > 0 || !self.has_run(count).await {
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        let (mut spans, mut before) = (HashMap::with_capacity(count), None);
        loop {
            let filter = RunFilter { environment: self.environment, function: None, connection: None, state: None, before, limit: 1_000 };
            let page = store.runs().list(filter).await.expect("runs");
            let Some(last) = page.last() else { break };
            before = Some(last.id);
            for run in &page {
                assert_eq!(run.state, RunState::Succeeded, "{:?}", run.error);
                // Newest first, so that the first run of each stays: the next tick of one in some thousands falls into the measure.
                spans.insert(run.sync.expect("a sync's"), (run.started_at, run.finished_at.expect("it ended")));
            }
        }
        assert_eq!(spans.len(), count, "each ran");
        spans.into_values().collect()
    }

    /// Whether the last of them has begun: a look at one page, not at all.
    async fn has_run(&self, count: usize) -> bool {
        let filter = RunFilter { environment: self.environment, function: None, connection: None, state: None, before: None, limit: 1 };
        count == 0 || !self.node.store().runs().list(filter).await.expect("runs").is_empty()
    }
}

/// 10,000 schedules due at one second: how late each starts, and how many runs a second that makes.
async fn due(database: &str, world: &World) {
    // Far enough for all to be there before.
    let at = SystemClock.now().plus(Duration::from_secs(90));
    for hundred in 0..DUE / 100 {
        futures_util::future::join_all((0..100).map(|n| world.connect(format!("c{hundred}-{n}"), 1, Some(at)))).await;
    }
    let wait = at.since(SystemClock.now());
    assert!(!wait.is_zero(), "the machine is too slow for {DUE} connections in 90 s");
    tokio::time::sleep(wait).await;
    let cpu = cpu_us();
    let spans = world.runs(DUE).await;
    let cpu = (cpu_us() - cpu) / DUE as f64;
    let mut late: Vec<f64> = spans.iter().map(|(start, _)| start.since(at).as_secs_f64() * 1e3).collect();
    let last = spans.iter().map(|(_, end)| end.since(at)).max().expect("there are runs").as_secs_f64();
    println!(
        "{database:9} {DUE} due at once: {:.0} durable runs/s, {cpu:.0} µs CPU/run, lateness p50 {:.0} ms p99 {:.0} ms",
        DUE as f64 / last,
        percentile(&mut late, 50),
        percentile(&mut late, 99)
    );
}

/// As many schedules due in each second as the goal has it, one after the other as the spread of phases has them, for ten seconds: how late each
/// starts. `bursts`: all of a second at its begin.
async fn steady(database: &str, world: &World, bursts: bool) {
    let first = SystemClock.now().plus(Duration::from_secs(90));
    let at = |n: usize| {
        let even = Duration::from_secs(n as u64) / EACH_SECOND as u32;
        first.plus(if bursts { Duration::from_secs(even.as_secs()) } else { even })
    };
    for hundred in 0..DUE / 100 {
        let one = |n: usize| world.connect(format!("c{hundred}-{n}"), 1, Some(at(hundred * 100 + n)));
        futures_util::future::join_all((0..100).map(one)).await;
    }
    let wait = first.since(SystemClock.now());
    assert!(!wait.is_zero(), "the machine is too slow for {DUE} connections in 90 s");
    tokio::time::sleep(wait).await;
    let cpu = cpu_us();
    // Whoever keeps up has nothing to do at the end of each second: only after the last one, which takes a second, is an empty queue the end.
    tokio::time::sleep(at(DUE + EACH_SECOND).since(SystemClock.now())).await;
    let mut begun: Vec<Timestamp> = world.runs(DUE).await.into_iter().map(|(start, _)| start).collect();
    let cpu = (cpu_us() - cpu) / DUE as f64;
    // The line is served in its order, so the n-th to begin was the n-th to fall due.
    begun.sort_unstable();
    let mut late: Vec<f64> = begun.iter().enumerate().map(|(n, start)| start.since(at(n)).as_secs_f64() * 1e3).collect();
    println!(
        "{database:9} {EACH_SECOND} due each second{}: {cpu:.0} µs CPU/run, lateness p50 {:.0} ms p99 {:.0} ms",
        if bursts { ", all at its begin" } else { "" },
        percentile(&mut late, 50),
        percentile(&mut late, 99)
    );
}

/// From the commit that enqueues to the beginning of the run, on a node with nothing else to do.
async fn latency(database: &str, world: &World) {
    let sync = world.connect("c".to_owned(), 1, None).await.remove(0);
    let store = world.node.store();
    let mut waits = Vec::new();
    for count in 1..=TRIGGERED {
        let now = SystemClock.now();
        store.syncs().trigger(sync.id, TriggerSync { reset: false, empty_cache: false, trigger: Trigger::Api, now }).await.expect("a job");
        let enqueued = SystemClock.now();
        while store.jobs().count_active().await.expect("a count") > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let last = store.syncs().lookup_by_id(sync.id).await.expect("a sync").expect("it is there").last_run.expect("it ran");
        waits.push(last.started_at.since(enqueued).as_secs_f64() * 1e3);
        assert_eq!(waits.len(), count);
    }
    println!("{database:9} from enqueue to start: p50 {:.2} ms, p99 {:.2} ms", percentile(&mut waits, 50), percentile(&mut waits, 99));
}

/// A scheduler's tick among a million schedules of which none is due.
async fn idle(database: &str, world: &World) {
    let at = SystemClock.now().plus(Duration::from_hours(24));
    for n in 0..IDLE.0 {
        world.connect(format!("c{n}"), IDLE.1, Some(at)).await;
    }
    let begin = Instant::now();
    for _ in 0..100 {
        assert_eq!(world.node.runner().enqueue_due().await.expect("a tick"), 0);
    }
    println!("{database:9} {} idle schedules: {:.2} ms a tick", IDLE.0 * IDLE.1, begin.elapsed().as_secs_f64() * 10.0);
}

fn percentile(values: &mut [f64], percent: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    values[(values.len() * percent / 100).min(values.len() - 1)]
}

/// User and system time of this process; the kernel counts in hundredths of a second.
fn cpu_us() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux has /proc");
    let fields: Vec<&str> = stat.rsplit(')').next().expect("the name is in brackets").split_whitespace().collect();
    let ticks = |at: usize| fields[at].parse::<f64>().expect("a number");
    (ticks(11) + ticks(12)) * 10_000.0
}
