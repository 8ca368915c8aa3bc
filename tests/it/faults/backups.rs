//! Copies that are made while the server works, and servers that start on them.

use std::path::Path;
use std::process::{Command, Output};

use reqwest::StatusCode;
use syncline_store::testing::TestDatabase;

use super::chance::rounds;
use super::fleet::Fleet;
use super::load::Receipt;
use crate::app::App;
use crate::both::on_both_databases;

on_both_databases! {
    /// D15: a copy made under load opens, and holds a prefix of what was acknowledged: everything up to some moment, nothing of later.
    async fn a_copy_made_under_load_is_a_prefix_of_what_was_acknowledged(fleet: Fleet) {
        rounds("a copy under load", async |mut chance| {
            fleet.provider.forget();
            let load = fleet.load(&format!("copy-{}", chance.below(1_000_000)));
            let producers = load.start(6, &mut chance);
            load.reach(20 + chance.below(40)).await;
            let before = load.moment();
            let (copy, url) = (fleet.folder().join(format!("copy-{before}")), fleet.database().url().to_owned());
            tokio::task::block_in_place(|| make(&url, &copy));
            let after = load.moment();
            load.reach(load.acknowledged() + 20).await;
            producers.stop().await;
            let receipts = load.receipts();
            fleet.terminate(0);
            let restored = tokio::task::block_in_place(|| put_back(&url, &copy, fleet.folder(), before));
            fleet.move_to(0, &restored);
            fleet.launch(0).await;
            let mut kept = Vec::new();
            for receipt in &receipts {
                if is_there(&fleet, receipt).await {
                    kept.push(receipt.clone());
                }
            }
            // Whatever was acknowledged before something of the copy was even sent must be in it as well.
            let last = kept.iter().map(|receipt| receipt.sent).max().unwrap_or(0).max(before);
            for receipt in &receipts {
                let there = kept.iter().any(|other| other.path == receipt.path);
                assert!(there || receipt.acknowledged > last, "acknowledged before {last} and not in the copy: {receipt:?}");
                assert!(!there || receipt.sent < after, "sent after {after} and in the copy: {receipt:?}");
            }
            println!("{} of {} acknowledged are in the copy", kept.len(), receipts.len());
            fleet.terminate(0);
            fleet.move_to(0, &url);
            fleet.launch(0).await;
        })
        .await;
    }
}

/// Whether the server knows the action; waits until one that it knows has ended.
async fn is_there(fleet: &Fleet, receipt: &Receipt) -> bool {
    let node = fleet.node(0);
    node.eventually("the end of an action of the copy", || async {
        let answer = node.get(&receipt.path).await;
        match answer.status {
            StatusCode::OK => Some(true),
            // With the header it is under way; without, nobody knows it.
            StatusCode::NOT_FOUND => (!answer.headers.contains_key("retry-after")).then_some(false),
            status => panic!("{status}: {}", answer.text),
        }
    })
    .await
}

/// As docs/operations.md has it.
fn make(url: &str, copy: &Path) {
    if url.starts_with("sqlite:") {
        run(Command::new(env!("CARGO_BIN_EXE_syncline")).args(["backup", "--database-url", url]).arg(copy));
    } else {
        run(Command::new(postgres("pg_dump")).args(["--format=custom", "--file"]).arg(copy).arg(url));
    }
}

/// Returns the URL of the restored database.
fn put_back(url: &str, copy: &Path, folder: &Path, number: u64) -> String {
    if url.starts_with("sqlite:") {
        let restored = format!("sqlite://{}", folder.join(format!("restored-{number}.db")).display());
        run(Command::new(env!("CARGO_BIN_EXE_syncline")).args(["restore", "--database-url", &restored]).arg(copy));
        return restored;
    }
    let (server, _) = url.rsplit_once('/').unwrap();
    let name = format!("{}_restored_{number}", url.rsplit('/').next().unwrap());
    run(Command::new(postgres("psql")).arg(url).args(["--command", &format!("CREATE DATABASE {name}")]));
    let restored = format!("{server}/{name}");
    run(Command::new(postgres("pg_restore")).args(["--no-owner", "--exit-on-error", "--dbname", &restored]).arg(copy));
    restored
}

fn postgres(program: &str) -> std::path::PathBuf {
    // Where the server's programs are, the clients' need not be.
    let path = TestDatabase::postgres_programs().expect("a test on PostgreSQL runs").join(program);
    if path.is_file() { path } else { program.into() }
}

fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// D15: nothing is written over, a living database is left alone, and a damaged copy is not put in place.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restore_refuses_a_living_database_and_a_damaged_copy() {
    let mut app = App::start(TestDatabase::sqlite()).await;
    let (copy, url) = (app.directory.path().join("copy.db"), app.database.url().to_owned());
    let syncline = |words: &[&str], file: &Path| {
        Command::new(env!("CARGO_BIN_EXE_syncline")).args(words).args(["--database-url", &url]).arg(file).output().unwrap()
    };
    let refused = |words: &[&str], file: &Path, says: &str| {
        let output = syncline(words, file);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(1) && said.contains(says), "{words:?}: {said}");
    };
    make(&url, &copy);
    refused(&["backup"], &copy, "exists already; name another file");
    refused(&["restore", "--replace"], &copy, "another server has the database");
    app.post("/integrations", serde_json::json!({ "provider": "unauthenticated", "unique_key": "later" })).await.ok();
    app.stop();
    refused(&["restore"], &copy, "exists already; `--replace` puts that database aside");
    let bytes = std::fs::read(&copy).unwrap();
    let damaged = app.directory.path().join("damaged.db");
    for broken in [&bytes[..bytes.len() / 2], b"not a database at all", b""] {
        std::fs::write(&damaged, broken).unwrap();
        refused(&["restore", "--replace"], &damaged, "is not a whole database of Syncline");
    }
    refused(&["restore"], &app.directory.path().join("nowhere.db"), "there is no database at");
    app.restart().await;
    assert_eq!(app.get("/integrations").await.ok()["data"].as_array().unwrap().len(), 2, "what was refused changed nothing");
    app.stop();
    let output = syncline(&["restore", "--replace", "--json"], &copy);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(Path::new(told["aside"].as_str().unwrap()).is_file(), "{told}");
    app.restart().await;
    assert_eq!(app.get("/integrations").await.ok()["data"].as_array().unwrap().len(), 1, "as of the copy");
    app.stop();
}
