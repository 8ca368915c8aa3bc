//! Nodes that have some of the roles.

use reqwest::Method;
use serde_json::json;
use syncline_store::testing::TestDatabase;

use crate::app::App;
use crate::guests::FIXTURE;

/// PostgreSQL only: SQLite has one process with all roles.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_role_does_its_part_and_no_other() {
    let Some(database) = TestDatabase::postgres().await else { return };
    let mut app = App::start(database).await;
    app.restart_with(&[("SYNCLINE_ROLES", "api")]).await;
    app.deploy(&FIXTURE).await.ok();
    app.connect("ada", json!({})).await;
    // Somebody waits for it, so it needs no worker.
    assert_eq!(app.action("ada", "echo", json!({ "n": 1 })).await.ok(), json!({ "n": 1 }));
    let frequency = json!({ "sync_name": "full", "provider_config_key": "fixture", "connection_id": "ada", "frequency": "every 1s" });
    app.call(Method::PUT, "/sync/update-connection-frequency", &[], Some(frequency)).await.ok();
    assert!(app.runs("ada", "full").await.is_empty(), "the job waits for a worker");

    let mut worker = app.another_node_with(&[("SYNCLINE_ROLES", "worker")]).await;
    assert_eq!(worker.get("/integrations").await.status, 404, "a worker has no API");
    app.eventually("the first run, which the connection asked for", || async {
        (app.runs("ada", "full").await.first()?["state"] == "succeeded").then_some(())
    })
    .await;

    let mut scheduler = app.another_node_with(&[("SYNCLINE_ROLES", "scheduler")]).await;
    let scheduled = async |least: usize| {
        app.eventually("scheduled runs", || async {
            let runs = app.runs("ada", "full").await;
            (runs.iter().filter(|run| run["state"] == "succeeded").count() >= least).then_some(())
        })
        .await;
    };
    scheduled(3).await;
    // One is replaced by another: nothing is lost, and what the first left goes on.
    worker.terminate();
    let have = app.runs("ada", "full").await.len();
    let mut worker = app.another_node_with(&[("SYNCLINE_ROLES", "worker, scheduler")]).await;
    scheduler.terminate();
    let least = have + 2;
    app.eventually("runs of the new worker", || async {
        let runs = app.runs("ada", "full").await;
        (runs.iter().filter(|run| run["state"] == "succeeded").count() >= least).then_some(())
    })
    .await;
    worker.terminate();
    app.stop();
}
