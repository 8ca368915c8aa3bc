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
    assert!(answer.status.is_server_error(), "{answer:?}");
    limit_files(&node, "unlimited");
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
