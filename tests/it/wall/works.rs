//! What works in the server works behind the wall.

use reqwest::StatusCode;
use serde_json::{Value, json};
use syncline_store::testing::TestDatabase;

use super::processes;
use crate::app::{App, BEHIND_THE_WALL};
use crate::faults::syncs;
use crate::guests::FIXTURE;

async fn start() -> App {
    let app = App::start_in(TestDatabase::sqlite(), BEHIND_THE_WALL).await;
    app.deploy(&FIXTURE).await.ok();
    app
}

/// A sync with pages, saves, a checkpoint and deletes; an event; actions that remember, fail, call out and call one another.
#[tokio::test(flavor = "multi_thread")]
async fn syncs_events_and_actions_use_their_host_through_the_wall() {
    let mut app = start().await;
    for id in 0..250 {
        app.provider.put(id, "v0");
    }
    app.connect_and_settle("ada", json!({ "page_size": 100, "updates": [], "deletes": [] })).await;
    app.provider.remove(7);
    let run = app.sync("ada", "full").await;
    assert_eq!((&run["state"], &run["counts"]["Item"]["deleted"]), (&json!("succeeded"), &json!(1)), "{run}");
    assert!(app.run_log(&run).await.contains("read all items"));
    let live = app.changes("ada", "Item", None).await.0;
    assert_eq!(live.iter().filter(|record| record["_nango_metadata"]["last_action"] != "DELETED").count(), 249);

    let connection = app.get("/connections/ada?provider_config_key=fixture").await.ok();
    assert_eq!(
        (&connection["metadata"]["connected"], &connection["metadata"]["remembered"]),
        (&json!(true), &json!("ada")),
        "{connection}"
    );

    for expected in 1..=3 {
        assert_eq!(app.action("ada", "count", json!({})).await.ok(), json!(expected));
    }
    let failed = app.action("ada", "fail", json!({ "reason": "canary" })).await;
    assert_eq!((failed.status, failed.code().as_str()), (StatusCode::INTERNAL_SERVER_ERROR, "action_script_runtime_error"));
    let refused = app.action("ada", "fetch-status", json!({ "path": "/status/404" })).await.ok();
    assert_eq!((&refused["code"], &refused["status"]), (&json!("provider_status"), &json!(404)), "{refused}");
    let relayed =
        app.action("ada", "relay", json!({ "action": "relay", "input": { "action": "echo", "input": { "deep": [1] } } })).await.ok();
    assert_eq!(relayed, json!({ "deep": [1] }));
    let saved = app.sync("ada", "unknown-model").await;
    assert_eq!(saved["error"]["code"], "unknown_model", "{saved}");

    // All of it in one process: they are one environment's.
    assert_eq!(processes::of(app.pid()).len(), 1);
    app.stop();
}

/// Large values cross in both directions.
#[tokio::test(flavor = "multi_thread")]
async fn megabytes_cross_the_wall_unchanged() {
    let mut app = start().await;
    app.connect_and_settle("ada", json!({ "count": 400, "page_size": 200, "size_bytes": 20_000 })).await;
    let run = app.sync("ada", "bulk").await;
    // On a machine with much else to do, the lease may have run out after the first page: then the second try finds that there.
    let counts = &run["counts"]["Item"];
    assert_eq!(counts["added"].as_u64().unwrap() + counts["unchanged"].as_u64().unwrap(), 400, "{run}");
    let text = "ü".repeat(500_000);
    assert_eq!(app.action("ada", "echo", json!(text)).await.ok(), Value::String(text));
    app.stop();
}

/// SIGTERM in mid-sync: the run stops at its checkpoint behind the wall, and the next server's process goes on from it.
#[tokio::test(flavor = "multi_thread")]
async fn a_stop_hands_over_at_a_checkpoint() {
    let mut app = App::start_in(TestDatabase::sqlite(), BEHIND_THE_WALL).await;
    syncs::hand_over(&mut app).await;
    let processes = processes::of(app.pid());
    app.stop();
    assert!(!processes.is_empty());
    for pid in processes {
        assert!(!processes::path(pid, "exe").exists(), "process {pid} outlived its server");
    }
}

/// A process outlives nothing: not even a server that had no time to end it.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_takes_its_processes_along() {
    let mut app = start().await;
    app.connect("ada", json!({})).await;
    app.action("ada", "echo", json!(1)).await.ok();
    let processes = processes::of(app.pid());
    assert_eq!(processes.len(), 1);
    app.crash_and_restart().await;
    app.eventually("end of the orphan", || async { (!processes::path(processes[0], "cmdline").exists()).then_some(()) }).await;
    assert_eq!(app.action("ada", "echo", json!(2)).await.ok(), json!(2));
    app.stop();
}
