//! `/health` and `/ready` mean it: the database goes and comes back, the disk is full and is not, the process stops.

mod wire;

use std::process::Command;

use reqwest::StatusCode;
use serde_json::json;
use syncline_store::testing::TestDatabase;
use tempfile::TempDir;

use self::wire::Wire;
use crate::node::{Node, Place};

fn place<'a>(database_url: &'a str, directory: &'a TempDir) -> Place<'a> {
    std::fs::create_dir_all(directory.path().join("providers")).unwrap();
    Place { database_url, directory: directory.path(), data: "data", public_url: None, rate_limit: 0 }
}

async fn until_ready(node: &Node, wanted: bool) -> serde_json::Value {
    node.eventually(if wanted { "readiness" } else { "refusal" }, || async {
        let answer = node.get("/ready").await;
        assert!(matches!(answer.status, StatusCode::OK | StatusCode::SERVICE_UNAVAILABLE), "{answer:?}");
        assert_eq!(node.get("/health").await.status, StatusCode::OK, "the process lives, whatever the database does");
        (answer.status.is_success() == wanted).then(|| answer.json())
    })
    .await
}

/// How often the log has a line with this text.
fn count(node: &Node, text: &str) -> usize {
    node.log().lines().filter(|line| line.contains(text)).count()
}

/// D12: while PostgreSQL is away the server is alive and not ready; it comes back by itself, and its log holds one line for each thing that
/// failed over and over, not one a second.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readiness_follows_postgresql_and_the_log_stays_short() {
    let Some(database) = TestDatabase::postgres().await else { return };
    let directory = tempfile::tempdir().unwrap();
    let mut wire = Wire::to(database.url()).await;
    let mut node = Node::start(&place(wire.url(), &directory)).await;
    let ready = until_ready(&node, true).await;
    assert_eq!((&ready["checks"]["database"]["ok"], &ready["checks"]["worker"]["ok"]), (&json!(true), &json!(true)), "{ready}");
    wire.cut();
    let refused = until_ready(&node, false).await;
    assert_eq!(refused["error"]["code"], "not_ready");
    assert_eq!(refused["error"]["checks"]["database"]["ok"], false, "{refused}");
    node.eventually("outages in the log", || async {
        let all = ["due syncs could not be enqueued", "no job could be claimed", "the database takes no writes"];
        all.iter().all(|text| count(&node, text) > 0).then_some(())
    })
    .await;
    // Long enough for the scheduler, which looks four times a second, to fail again and again.
    let asked = std::time::Instant::now();
    node.eventually("some failures more", || async { (asked.elapsed().as_secs() >= 3).then_some(()) }).await;
    wire.mend();
    until_ready(&node, true).await;
    node.eventually("ends of the outages", || async { (count(&node, "over: due syncs could not be enqueued") > 0).then_some(()) }).await;
    assert!(count(&node, "due syncs could not be enqueued") <= 2, "once when it began, once when it was over:\n{}", node.log());
    assert!(node.log().contains("failures="), "{}", node.log());
    node.terminate();
}

/// D10: a file that may not grow. The server refuses, lives, and takes writes again when there is room; nothing that it acknowledged is gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readiness_follows_the_disk() {
    let (database, directory) = (TestDatabase::sqlite(), tempfile::tempdir().unwrap());
    let mut node = Node::start(&place(database.url(), &directory)).await;
    let integrate = |key: &'static str| node.post("/integrations", json!({ "provider": "unauthenticated", "unique_key": key }));
    integrate("before").await.ok();
    until_ready(&node, true).await;
    limit_files(&node, "1");
    let refused = until_ready(&node, false).await;
    assert_eq!(refused["error"]["checks"]["database"]["ok"], false, "{refused}");
    let answer = integrate("meanwhile").await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::SERVICE_UNAVAILABLE, "database_not_writable"), "{answer:?}");
    assert!(answer.text.contains("read-only") && answer.text.contains("again"), "it says what to do: {answer:?}");
    limit_files(&node, "unlimited");
    until_ready(&node, true).await;
    integrate("after").await.ok();
    let all = node.get("/integrations").await.ok()["data"].clone();
    let keys: Vec<_> = all.as_array().unwrap().iter().map(|one| one["unique_key"].as_str().unwrap()).collect();
    assert!(keys.contains(&"before") && keys.contains(&"after") && !keys.contains(&"meanwhile"), "{keys:?}");
    node.terminate();
}

/// D10: PostgreSQL becomes read-only under the server, as a primary does that is taken back to a standby. 503 and what to do; and where it takes
/// writes again, the server finds that out by itself, though the connections that it had would not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_becomes_read_only_is_told_as_such_and_found_again() {
    let Some(database) = TestDatabase::postgres().await else { return };
    let directory = tempfile::tempdir().unwrap();
    let mut node = Node::start(&place(database.url(), &directory)).await;
    let integrate = |key: &'static str| node.post("/integrations", json!({ "provider": "unauthenticated", "unique_key": key }));
    integrate("before").await.ok();
    let name = database.url().rsplit('/').next().unwrap();
    let make = |value: &str| format!("BEGIN READ WRITE; ALTER DATABASE \"{name}\" SET default_transaction_read_only = {value}; COMMIT");
    database.execute(&make("on")).await;
    database
        .execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
        .await;
    let refused = until_ready(&node, false).await;
    assert_eq!(refused["error"]["checks"]["database"]["ok"], false, "{refused}");
    let answer = node
        .eventually("a refusal that names the cause", || async {
            // A connection that was cut says so once.
            let answer = integrate("meanwhile").await;
            (answer.status == StatusCode::SERVICE_UNAVAILABLE).then_some(answer)
        })
        .await;
    assert_eq!(answer.code(), "database_not_writable", "{answer:?}");
    assert_eq!(node.get("/integrations").await.status, StatusCode::OK, "what is there can be read");
    database.execute(&make("off")).await;
    until_ready(&node, true).await;
    integrate("after").await.ok();
    let all = node.get("/integrations").await.ok()["data"].clone();
    let keys: Vec<_> = all.as_array().unwrap().iter().map(|one| one["unique_key"].as_str().unwrap()).collect();
    assert!(keys.contains(&"before") && keys.contains(&"after") && !keys.contains(&"meanwhile"), "{keys:?}");
    node.terminate();
}

fn limit_files(node: &Node, bytes: &str) {
    let status = Command::new("prlimit").args(["--pid", &node.pid().to_string(), &format!("--fsize={bytes}:")]).status().unwrap();
    assert!(status.success(), "{status}");
}

/// Load balancers learn that a server stops from the server itself, before it is gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_was_asked_to_stop_says_so_while_it_still_answers() {
    let (database, directory) = (TestDatabase::sqlite(), tempfile::tempdir().unwrap());
    let mut node = Node::start_with(&place(database.url(), &directory), &[("SYNCLINE_DRAIN_SECONDS", "3")]).await;
    node.ask_to_stop();
    let refused = until_ready(&node, false).await;
    assert_eq!(refused["error"]["checks"]["shutdown"]["ok"], false, "{refused}");
    // What still arrives is served.
    assert_eq!(node.get("/integrations").await.status, StatusCode::OK);
    node.terminate();
}
