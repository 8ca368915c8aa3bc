//! What records cost, in CPU time of the whole machine's part in it: this process and, for PostgreSQL, its server.
//!
//! `cargo bench -p syncline-store`. Each figure stands beside its budget on 2 cores.

use std::time::Duration;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use syncline_domain::{
    Clock as _, ConnectionName, Credentials, EnvironmentName, ExternalId, Fingerprint, IntegrationKey, ModelName, RecordText, Tags, Variant,
};
use syncline_store::testing::TestDatabase;
use syncline_store::{CollectionRef, ListRecords, NewConnection, NewIntegration, SaveRecords, Store};
use tokio::runtime::Runtime;

const BATCH: usize = 1_000;
const PAGE: usize = 100;
const ROUNDS: u32 = 40;

/// Name, items a round, and microseconds of CPU time an item may take.
const BUDGETS: [(&str, usize, f64); 4] = [("new", BATCH, 20.0), ("unchanged", BATCH, 6.0), ("changed", BATCH, 25.0), ("list", PAGE, 5.0)];

fn main() {
    // `cargo bench -- list` is for a profiler.
    if !std::env::args().skip(1).any(|argument| !argument.starts_with('-')) {
        budgets();
    }
    divan::main();
}

fn budgets() {
    println!("CPU time, microseconds a record (PostgreSQL: client + server)");
    for kind in ["sqlite", "postgres"] {
        let Some(bench) = Bench::new(kind) else { continue };
        for (name, items, budget) in BUDGETS {
            let (client, server) = bench.measure(name);
            let each = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(ROUNDS) / items as f64;
            let total = each(client) + each(server);
            let verdict = if total <= budget { "within" } else { "OVER" };
            println!("{kind:9} {name:10} {total:7.2} = {:.2} + {:.2}   budget {budget:5.1}   {verdict}", each(client), each(server));
        }
    }
}

#[divan::bench(args = ["sqlite", "postgres"], sample_count = 20, sample_size = 1)]
fn save_new(bencher: Bencher<'_, '_>, kind: &str) {
    wall(bencher, kind, "new", BATCH);
}

#[divan::bench(args = ["sqlite", "postgres"], sample_count = 20, sample_size = 1)]
fn save_unchanged(bencher: Bencher<'_, '_>, kind: &str) {
    wall(bencher, kind, "unchanged", BATCH);
}

#[divan::bench(args = ["sqlite", "postgres"], sample_count = 20, sample_size = 1)]
fn save_changed(bencher: Bencher<'_, '_>, kind: &str) {
    wall(bencher, kind, "changed", BATCH);
}

#[divan::bench(args = ["sqlite", "postgres"], sample_count = 20, sample_size = 5)]
fn list(bencher: Bencher<'_, '_>, kind: &str) {
    wall(bencher, kind, "list", PAGE);
}

fn wall(bencher: Bencher<'_, '_>, kind: &str, name: &'static str, items: usize) {
    let Some(bench) = Bench::new(kind) else { return };
    bench.prepare();
    let round = std::cell::Cell::new(0);
    bencher
        .counter(ItemsCount::new(items))
        .with_inputs(|| {
            round.set(round.get() + 1);
            bench.input(name, round.get())
        })
        .bench_local_values(|input| bench.run(input));
}

struct Bench {
    runtime: Runtime,
    store: Store,
    database: TestDatabase,
    collection: CollectionRef,
}

enum Input {
    Save(Vec<(ExternalId, Fingerprint, String)>),
    List(u32),
}

impl Bench {
    fn new(kind: &str) -> Option<Self> {
        let runtime = Runtime::new().expect("a runtime");
        let (database, store, collection) = runtime.block_on(async {
            let database = if kind == "sqlite" { TestDatabase::sqlite() } else { TestDatabase::postgres().await? };
            let (store, now) = (database.open().await, database.clock().now());
            let environment = store.environments().ensure(&EnvironmentName::new("dev").ok()?, now).await.ok()?.id;
            let integration = NewIntegration {
                environment,
                key: IntegrationKey::new("github").ok()?,
                provider: "github".to_owned(),
                display_name: None,
                credentials: None,
                custom: None,
                forward_webhooks: false,
                now,
            };
            let integration = store.integrations().insert(integration).await.ok()?.id;
            let connection = NewConnection {
                environment,
                integration,
                connection: ConnectionName::new("c").ok()?,
                credentials: Credentials::None,
                connection_config: "{}".to_owned(),
                metadata: None,
                tags: Tags::new(),
                end_user: None,
                webhook_url_override: None,
                syncs: vec![],
                events: vec![],
                session: None,
                target: None,
                refresh_at: None,
                pending: false,
                notify: false,
                now,
            };
            let connection = store.connections().insert(connection).await.ok()?.row.id;
            let collection = CollectionRef { connection, model: ModelName::new("Issue").ok()?, variant: Variant::base() };
            Some((database, store, collection))
        })?;
        Some(Self { runtime, store, database, collection })
    }

    /// What is there before anything is changed or listed.
    fn prepare(&self) {
        self.run(Input::Save(self.records(0, 0)));
    }

    fn input(&self, name: &str, round: u32) -> Input {
        match name {
            "new" => Input::Save(self.records(u64::from(round) * BATCH as u64, 0)),
            "unchanged" => Input::Save(self.records(0, 0)),
            "changed" => Input::Save(self.records(0, round)),
            _ => Input::List(PAGE as u32),
        }
    }

    /// Records of 1 KB. The ids are spread, as most APIs' are.
    fn records(&self, first: u64, version: u32) -> Vec<(ExternalId, Fingerprint, String)> {
        let record = |n: u64| {
            let id = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let text = format!(r#"{{"id":"{id:016x}","version":{version},"title":"record {n}","body":"{}"}}"#, "x".repeat(940));
            let parsed = RecordText::parse(&text).expect("a record");
            let (id, print) = (parsed.id().clone(), parsed.fingerprint(self.store.fingerprint_key()));
            (id, print, text)
        };
        (first..first + BATCH as u64).map(record).collect()
    }

    fn run(&self, input: Input) {
        let (collection, now) = (self.collection.clone(), self.database.clock().now());
        match input {
            Input::Save(records) => {
                let batch = SaveRecords { fence: None, collection, records, keep_changes_after: None, writer: None, now };
                black_box(self.runtime.block_on(self.store.records().save(batch)).expect("saved"));
            }
            Input::List(limit) => {
                let list = ListRecords {
                    collection,
                    cursor: None,
                    modified_after: None,
                    actions: vec![],
                    ids: vec![],
                    include_deleted: true,
                    limit,
                };
                black_box(self.runtime.block_on(self.store.records().list(list)).expect("listed"));
            }
        }
    }

    /// CPU time of all rounds: of this process, and of the database's server if that is another.
    fn measure(&self, name: &str) -> (Duration, Duration) {
        self.prepare();
        // Ten rounds to fill caches and prepare statements; their versions are not used again.
        (1_000..1_010).for_each(|round| self.run(self.input(name, round)));
        let inputs: Vec<_> = (1..=ROUNDS).map(|round| self.input(name, round)).collect();
        let before = (cpu_time("self"), self.server_time());
        for input in inputs {
            self.run(input);
        }
        (cpu_time("self").saturating_sub(before.0), self.server_time().saturating_sub(before.1))
    }

    /// Of the cluster's processes. Only Linux tells.
    fn server_time(&self) -> Duration {
        let Some((_, port)) = self.database.url().rsplit_once("127.0.0.1:") else { return Duration::ZERO };
        let port = port.split('/').next().unwrap_or_default();
        let processes: Vec<String> =
            std::fs::read_dir("/proc").into_iter().flatten().flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
        let command = |id: &String| std::fs::read_to_string(format!("/proc/{id}/cmdline")).unwrap_or_default();
        let postmaster = processes.iter().find(|id| {
            let command = command(id);
            let words: Vec<_> = command.split('\0').collect();
            words[0].ends_with("/postgres") && words.windows(2).any(|pair| pair == ["-p", port])
        });
        let Some(postmaster) = postmaster else { return Duration::ZERO };
        processes.iter().filter(|id| stat(id).get(1) == Some(postmaster)).map(|id| cpu_time(id)).sum()
    }
}

/// What the kernel tells of a process after its name: state, parent, ... (proc(5)).
fn stat(process: &str) -> Vec<String> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().map(ToOwned::to_owned).collect()
}

/// What a process and its threads have computed: the first number of `schedstat`, in nanoseconds.
fn cpu_time(process: &str) -> Duration {
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let times = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("schedstat")).ok());
    Duration::from_nanos(times.filter_map(|times| times.split_whitespace().next()?.parse::<u64>().ok()).sum())
}
