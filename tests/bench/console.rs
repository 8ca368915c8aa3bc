//! What the console's pages cost on a large installation: a million connections, ten million runs and as many records in PostgreSQL, a tenth in
//! SQLite. Follows the links from the first page, and tells of each kind of page what it took: the goal is under 200 ms of CPU.
//!
//! `cargo bench -p syncline-server --bench console -- [sqlite|postgres] [scale]`; scale 1 is what is above, 0.1 a tenth of it. Needs some
//! 15 GB in the temporary folder.

#![expect(dead_code, reason = "shares the integration suite's harness and needs a part of it")]

#[path = "../it/app.rs"]
mod app;
#[path = "../it/guests.rs"]
mod guests;
#[path = "../it/node.rs"]
mod node;
#[path = "../it/provider.rs"]
mod provider;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use serde_json::json;
use syncline_store::testing::TestDatabase;

use crate::app::App;
use crate::guests::FIXTURE;

const PASSWORD: &str = "the operator of the bench";
/// Of one kind of page, so many addresses are asked, each so often.
const OF_A_KIND: usize = 3;
const TIMES: u32 = 5;
const GOAL: Duration = Duration::from_millis(200);
/// Made by the server itself, so that pages have something to open: the rest is filled in by SQL and has no readable payloads.
const GENUINE: u64 = 5_000;

/// Asked beside what is linked: what a person types or picks in a form.
const TYPED: &[&str] = &[
    "connections?search=filler-77",
    "connections?search=nobody",
    "runs?state=failed",
    "runs?state=succeeded",
    "runs?function=bulk",
    "runs?connection=filler-50",
    "runs?integration=fixture",
    "runs?function=no-such",
    "records?connection=filler-50",
    "logs?search=filler",
    "logs?search=no-such-text",
    "logs?state=failed",
    "logs?connection=filler-50",
    "webhooks/deliveries?state=failed",
    "webhooks/incoming?state=parked",
    "functions?name=bu",
    "catalogue?search=git",
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // Cargo passes `--bench`; a plain `cargo test --benches` does not, and then there is nothing to do.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return;
    }
    let scale = arguments.iter().find_map(|argument| argument.parse::<f64>().ok()).unwrap_or(1.0);
    let is_wanted = |name: &str| {
        let named = |name: &str| arguments.iter().any(|argument| argument == name);
        named(name) || !(named("sqlite") || named("postgres"))
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        if is_wanted("sqlite") {
            measure("sqlite", TestDatabase::sqlite(), scale / 10.0).await;
        }
        if is_wanted("postgres")
            && let Some(database) = TestDatabase::postgres().await
        {
            measure("postgres", database, scale).await;
        }
    });
}

async fn measure(database: &str, test: TestDatabase, scale: f64) {
    let port = test.url().rsplit_once(':').and_then(|(_, rest)| rest.split('/').next()?.parse().ok()).filter(|_| database == "postgres");
    let mut app = App::start_in(test, &[("SYNCLINE_CONSOLE_PASSWORD", PASSWORD)]).await;
    app.deploy(&FIXTURE).await.ok();
    app.connect_and_settle("ada", json!({ "count": GENUINE, "page_size": 100, "size_bytes": 500 })).await;
    assert_eq!(app.sync("ada", "bulk").await["state"], "succeeded");
    app.action("ada", "echo", json!({ "n": 1 })).await.ok();
    app.action("ada", "fail", json!({ "code": "unlucky", "message": "as asked" })).await;
    // A server with so much to do would be busy with it while it is measured, and it may not write while SQLite is filled.
    app.stop();
    let begin = Instant::now();
    let is_sqlite = database == "sqlite";
    for statement in filling(is_sqlite, scale) {
        app.database.execute(&statement).await;
    }
    println!("{database:9} filled in {:.0} s, scale {scale}", begin.elapsed().as_secs_f64());
    app.restart().await;
    let mut costs = visit(&app, port).await;
    costs.sort_by_key(|cost| Reverse(cost.server));
    for Cost { page, server, database: its, wall } in &costs {
        let verdict = if *server + *its > GOAL { "over" } else { "" };
        println!("{database:9} {page:62} server {server:8.1?} database {its:8.1?} wall {wall:8.1?} {verdict}");
    }
    let over = costs.iter().filter(|cost| cost.server + cost.database > GOAL).count();
    println!("{database:9} {} pages, {over} over {GOAL:?} of CPU", costs.len());
    app.stop();
}

/// What one page took, on average.
struct Cost {
    page: String,
    server: Duration,
    /// PostgreSQL's own; SQLite's is in the server's.
    database: Duration,
    wall: Duration,
}

/// Every kind of page that links lead to, and those of [`TYPED`].
async fn visit(app: &App, port: Option<u16>) -> Vec<Cost> {
    let cookie = sign_in(app).await;
    let start = "/console/dev";
    let typed = TYPED.iter().map(|page| format!("{start}/{page}"));
    let mut waiting: VecDeque<String> = std::iter::once(start.to_owned()).chain(typed).collect();
    let (mut asked, mut kinds, mut costs) = (BTreeSet::new(), BTreeMap::<String, usize>::new(), Vec::new());
    while let Some(page) = waiting.pop_front() {
        let kind = kind_of(&page);
        let seen = kinds.entry(kind).or_default();
        if *seen == OF_A_KIND || !asked.insert(page.clone()) {
            continue;
        }
        *seen += 1;
        let ask = || async {
            let answer = app.http.get(app.url(&page)).header(COOKIE, &cookie).send().await.expect("an answer");
            assert!(answer.status().is_success() || answer.status().is_redirection(), "{page}: {}", answer.status());
            let next = answer.headers().get(LOCATION).map(|next| next.to_str().expect("text").to_owned());
            (next, answer.text().await.expect("a page"))
        };
        let (next, text) = ask().await;
        waiting.extend(next);
        waiting.extend(links(&text, start));
        let (server, its, begin) = (cpu_of(app.pid()), port.map_or(Duration::ZERO, postgres_cpu), Instant::now());
        for _ in 0..TIMES {
            ask().await;
        }
        let wall = begin.elapsed() / TIMES;
        let server = cpu_of(app.pid()).saturating_sub(server) / TIMES;
        let its = port.map_or(Duration::ZERO, postgres_cpu).saturating_sub(its) / TIMES;
        costs.push(Cost { page, server, database: its, wall });
    }
    costs
}

async fn sign_in(app: &App) -> String {
    let request = app.http.post(app.url("/console/sign-in")).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    let answer = request.body(format!("password={}", PASSWORD.replace(' ', "+"))).send().await.expect("an answer");
    let cookie = answer.headers().get(SET_COOKIE).unwrap_or_else(|| panic!("{} and no cookie", answer.status()));
    cookie.to_str().expect("text").split(';').next().expect("a pair").to_owned()
}

/// The addresses of a page within the environment, without exports, which are no pages.
fn links(text: &str, start: &str) -> Vec<String> {
    let addresses = text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let within = addresses.filter(|address| address.starts_with(start) && !address.contains("/export"));
    within.map(|address| address.split('#').next().unwrap_or_default().replace("&amp;", "&").replace("&#38;", "&")).collect()
}

/// The address without what names a single thing.
fn kind_of(page: &str) -> String {
    let (path, query) = page.split_once('?').unwrap_or((page, ""));
    let is_one = |part: &str| part.bytes().any(|byte| byte.is_ascii_digit()) || part.len() > 30;
    let mut path: Vec<&str> = path.split('/').map(|part| if is_one(part) { "*" } else { part }).collect();
    // A provider has a name.
    if let Some(at) = path.iter().position(|part| *part == "catalogue") {
        path.truncate(at + 1);
        path.push("*");
    }
    let query: Vec<&str> = query.split('&').filter_map(|pair| pair.split('=').next()).collect();
    let is_typed = TYPED.iter().any(|typed| page.ends_with(typed));
    if is_typed { page.to_owned() } else { format!("{}?{}", path.join("/"), query.join("&")) }
}

/// The statements that fill the tables. Both databases know `WITH RECURSIVE`; they differ in how they write hexadecimal numbers.
fn filling(is_sqlite: bool, scale: f64) -> Vec<String> {
    let some = |count: f64| (count * scale) as u64;
    let (connections, runs, records, operations) = (some(1e6), some(1e7), some(1e7), some(1e6));
    // A UUID of version 7 of `n` seconds ago.
    let id = |span_ms: &str| {
        let ms = if is_sqlite { "CAST(strftime('%s', 'now') AS INTEGER) * 1000" } else { "(EXTRACT(EPOCH FROM now()) * 1000)::BIGINT" };
        let ms = format!("({ms} - {span_ms})");
        if is_sqlite {
            format!(
                "substr(printf('%012x', {ms}), 1, 8) || '-' || substr(printf('%012x', {ms}), 9, 4) || '-7000-8000-' || printf('%012x', n)"
            )
        } else {
            let hex = format!("lpad(to_hex({ms}), 12, '0')");
            format!("substr({hex}, 1, 8) || '-' || substr({hex}, 9, 4) || '-7000-8000-' || lpad(to_hex(n), 12, '0')")
        }
    };
    let numbers =
        |count: u64| format!("WITH RECURSIVE n (n) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT n + 1 FROM n WHERE n < {count})");
    let blob = if is_sqlite { "x'00'" } else { "'\\x00'::BYTEA" };
    let now_us =
        if is_sqlite { "CAST(strftime('%s', 'now') AS INTEGER) * 1000000" } else { "(EXTRACT(EPOCH FROM now()) * 1000000)::BIGINT" };
    let fortnight_us = 1_209_600_000_000_u64;
    let each = |count: u64| (fortnight_us / count.max(1)).max(1);
    let run_id = id(&format!("n * {} / 1000", each(runs)));
    let operation_id = id(&format!("n * 36000000 / {}", operations.max(1)));
    let of_each = (records / 100).max(1);
    let mut statements = vec![
        format!(
            "INSERT INTO connections (environment, integration, name, auth_mode, connection_config, metadata, tags, created_at, updated_at)
             SELECT c.environment, c.integration, 'filler-' || n, c.auth_mode, c.connection_config, c.metadata, c.tags,
                 {now_us} - n * {}, {now_us} FROM ({} SELECT n FROM n) numbers, connections c WHERE c.name = 'ada'",
            each(connections),
            numbers(connections)
        ),
        format!(
            "INSERT INTO runs (id, environment, function, function_name, kind, connection, connection_name, integration_key, trigger_kind,
                 state, attempt, counts, cpu_time_us, peak_memory_bytes, host_calls, started_at, finished_at)
             SELECT {run_id}, f.environment, f.id, f.name, f.kind, NULL, 'filler-' || (n % {connections} + 1), 'fixture', 'schedule',
                 CASE WHEN n % 33 = 0 THEN 'failed' ELSE 'succeeded' END, 1, '{{}}', 900, 2000000, 12,
                 {now_us} - n * {each_run}, {now_us} - n * {each_run} + 80000
             FROM ({} SELECT n FROM n) numbers, functions f WHERE f.name = 'bulk' AND f.deleted_at IS NULL",
            numbers(runs),
            each_run = each(runs),
        ),
        format!(
            "INSERT INTO operations (id, environment, type, action, state, integration_key, connection_name, summary, started_at, finished_at)
             SELECT {operation_id}, c.environment, 'proxy', 'call', CASE WHEN n % 50 = 0 THEN 'failed' ELSE 'succeeded' END, 'fixture',
                 'filler-' || (n % {connections} + 1), 'GET /items of ' || n, {now_us} - n * 36000, {now_us} - n * 36000 + 500
             FROM ({} SELECT n FROM n) numbers, connections c WHERE c.name = 'ada'",
            numbers(operations)
        ),
        format!(
            "INSERT INTO collections (connection, model, variant, position, pruned_to, generation, tracking, record_count, size_bytes)
             SELECT c.id, 'Item', 'base', {of_each}, 0, 1, {}, {of_each}, {of_each} * 500 FROM connections c
             WHERE c.name IN ({} SELECT 'filler-' || n FROM n)",
            if is_sqlite { "0" } else { "FALSE" },
            numbers(100)
        ),
        format!(
            "INSERT INTO records (connection, collection, external_id, position, hash, size_bytes, action, first_seen_at, updated_at,
                 pruned_at, generation)
             SELECT k.connection, k.id, 'item-' || n, n, {blob}, 500, 'ADDED', {now_us}, {now_us}, {now_us}, 1
             FROM collections k, ({} SELECT n FROM n) numbers WHERE k.record_count = {of_each}",
            numbers(of_each)
        ),
    ];
    if !is_sqlite {
        // As autovacuum would have by now.
        statements.push("ANALYZE".to_owned());
    }
    statements
}

/// User and system time; the kernel counts in hundredths of a second.
fn cpu_of(pid: u32) -> Duration {
    let stat = stat_of(pid);
    let ticks = |at: usize| stat.get(at).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
    Duration::from_millis((ticks(11) + ticks(12)) * 10)
}

/// Of the server that listens there, and of those that it has started.
fn postgres_cpu(port: u16) -> Duration {
    let processes = std::fs::read_dir("/proc").expect("Linux has /proc").flatten();
    let pids: Vec<u32> = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    let is_server = |pid: &&u32| {
        let command = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        command.split('\0').next().is_some_and(|program| program.ends_with("/postgres")) && command.contains(&format!("-p\0{port}\0"))
    };
    let Some(server) = pids.iter().find(is_server) else { return Duration::ZERO };
    let is_its = |pid: &&u32| *pid == server || stat_of(**pid).get(1).is_some_and(|parent| *parent == server.to_string());
    pids.iter().filter(is_its).map(|pid| cpu_of(*pid)).sum()
}

/// What the kernel says of a process, from its state on.
fn stat_of(pid: u32) -> Vec<String> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')').next().unwrap_or_default().split_whitespace().map(str::to_owned).collect()
}
