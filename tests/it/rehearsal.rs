//! A run that is tried out in the server: real functions and requests, and nothing of it is kept.

use reqwest::StatusCode;
use serde_json::{Value, json};
use syncline_store::testing::{Dump, TestDatabase};

use crate::app::{App, BEHIND_THE_WALL};
use crate::both::on_both_databases;
use crate::guests::FIXTURE;
use crate::node::Answer;
use crate::provider::TOKEN;

/// What changes by itself: figures of the last minutes, notes of requests that are written a moment later, and whether the database writes.
const PASSING: [&str; 4] = ["overview_minutes", "operations", "operation_messages", "probes"];

impl App {
    /// The newest run of a function.
    async fn newest(&self, connection: &str, function: &str) -> String {
        let runs = self.runs(connection, function).await;
        runs.first().unwrap_or_else(|| panic!("no run of {function}"))["id"].as_str().unwrap().to_owned()
    }

    /// Runs it, and waits until its run is on record.
    async fn act(&self, action: &str, input: Value) -> Value {
        let before = self.runs("ada", action).await.len();
        let answer = self.action("ada", action, input).await;
        self.eventually("the run's record", || async {
            let runs = self.runs("ada", action).await;
            (runs.len() > before && runs[0]["state"] != "running").then_some(())
        })
        .await;
        answer.json()
    }

    async fn ask_dry_run(&self, run: &str, sends_changes: bool) -> Answer {
        self.post(&format!("/runs/{run}/dry-run"), json!({ "send_changes": sends_changes })).await
    }

    async fn dry_run(&self, connection: &str, function: &str) -> Value {
        let run = self.newest(connection, function).await;
        let answer = self.ask_dry_run(&run, false).await;
        assert!(!answer.text.contains(TOKEN), "a credential is told: {}", answer.text);
        answer.ok()["data"].clone()
    }

    /// All that is kept, once nothing is under way and nothing more is written behind somebody's back.
    async fn kept(&self) -> Dump {
        self.eventually("quiet", || async {
            let first = self.dump().await;
            tokio::task::yield_now().await;
            let second = self.get("/runs?state=running").await.ok()["data"].as_array().is_some_and(Vec::is_empty);
            let third = self.dump().await;
            (second && first == third).then_some(third)
        })
        .await
    }

    async fn dump(&self) -> Dump {
        let mut dump = self.database.dump().await;
        dump.retain(|table, _| !PASSING.contains(&table.as_str()));
        dump
    }

    /// Three items, two of them other by now, and one that is new.
    async fn with_items(&self) {
        self.deploy(&FIXTURE).await.ok();
        for id in 1..=4 {
            self.provider.put(id, "as it was");
        }
        self.connect_and_settle("ada", json!({})).await;
        self.provider.put(2, "changed");
        self.provider.put(9, "new");
        self.provider.remove(4);
    }
}

#[track_caller]
fn assert_same(before: &Dump, after: &Dump) {
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    assert!(before.len() > 20, "{:?}", before.keys());
    for (table, rows) in before {
        assert_eq!(rows, &after[table], "`{table}` changed");
    }
}

on_both_databases! {
    /// D1, S6: a sync, an event function and actions that call one another are tried out; no table has another row or another value.
    async fn a_run_is_tried_out_and_nothing_of_it_is_kept(app: App) {
        app.with_items().await;
        app.eventually("the event", || async {
            app.runs("ada", "connected").await.first().is_some_and(|run| run["state"] == "succeeded").then_some(())
        }).await;
        assert_eq!(app.act("count", json!({})).await, json!(1));
        assert_eq!(app.act("relay", json!({ "action": "count", "input": {} })).await, json!(2));
        app.act("panic", json!({ "message": "canary" })).await;
        app.act("echo", json!({ "n": 1 })).await;
        let before = app.kept().await;

        let told = app.dry_run("ada", "full").await;
        assert_eq!((&told["error"], &told["output"], &told["remembers"]), (&Value::Null, &Value::Null, &json!(false)), "{told}");
        let model = &told["models"][0];
        let counts = ["added", "updated", "deleted", "unchanged"].map(|what| model[what].as_u64().unwrap());
        assert_eq!((&model["model"], counts), (&json!("Item"), [1, 1, 1, 2]), "{told}");
        let of = |id: &str| model["records"].as_array().unwrap().iter().find(|record| record["id"] == id).cloned().unwrap_or_default();
        assert_eq!((&of("9")["change"], &of("9")["record"]["name"]), (&json!("added"), &json!("new")));
        assert_eq!((&of("4")["change"], &of("4")["record"]), (&json!("deleted"), &Value::Null));
        let steps = told["steps"].as_array().unwrap();
        assert!(steps[0]["message"].as_str().unwrap().starts_with("GET /items?limit=100"), "{told}");
        assert_eq!((&steps[0]["type"], &steps[0]["status"]), (&json!("http"), &json!(200)));
        assert_eq!(steps.last().unwrap()["message"], "read all items");
        assert!(told["cpu_ms"].is_u64() && told["peak_memory_bytes"].as_u64() > Some(0) && told["host_calls"].as_u64() > Some(5), "{told}");

        let told = app.dry_run("ada", "connected").await;
        assert_eq!((&told["error"], &told["checkpoint"]["greeted"]), (&Value::Null, &Value::Null), "what it would remember is what it does: {told}");
        let held = told["steps"].as_array().unwrap().iter().find(|step| step["type"] == "held_back").cloned().unwrap_or_default();
        assert_eq!((&held["message"], &held["fields"]["remembered"]), (&json!("updateMetadata"), &json!("ada")), "{told}");

        // Twice: an action that counts would know of the first.
        for _ in 0..2 {
            assert_eq!(app.dry_run("ada", "relay").await["output"], 3);
        }
        let told = app.dry_run("ada", "panic").await;
        assert_eq!(told["error"]["code"], "function_trapped", "{told}");
        assert!(told["error"]["message"].as_str().unwrap().contains("src/misbehaviour.rs:13"), "{told}");
        assert!(!told["error"]["frames"].as_array().unwrap().is_empty(), "{told}");
        assert_eq!(app.dry_run("ada", "echo").await["output"], json!({ "n": 1 }));
        assert_same(&before, &app.kept().await);
        assert_eq!(app.act("relay", json!({ "action": "count", "input": {} })).await, json!(3));
        // The sync's own run finds what was foretold.
        assert_eq!(app.sync("ada", "full").await["counts"]["Item"], json!({ "added": 1, "updated": 1, "deleted": 1, "unchanged": 2 }));
    }

    /// A request that changes something is not sent, unless somebody says so; and a run ends there, though its function would go on.
    async fn what_changes_something_at_the_provider_is_not_sent(app: App) {
        app.with_items().await;
        let input = json!({ "integration": "fixture", "connection": "ada", "path": "/echo?x=1", "body": { "n": 1 }, "options": {} });
        app.act("walk", input).await;
        let (run, asked) = (app.newest("ada", "walk").await, app.provider.requests());
        let before = app.kept().await;
        let told = app.ask_dry_run(&run, false).await.ok()["data"].clone();
        assert_eq!((&told["error"]["code"], &told["output"]), (&json!("write_refused"), &Value::Null), "{told}");
        assert!(told["error"]["message"].as_str().unwrap().contains("POST /echo?x=1"), "{told}");
        assert_eq!(told["steps"][0]["fields"], json!({ "method": "POST", "path": "/echo?x=1" }), "{told}");
        assert_eq!(app.provider.requests(), asked, "the provider was asked");
        let sent = app.ask_dry_run(&run, true).await;
        assert!(!sent.text.contains(TOKEN), "{}", sent.text);
        let told = sent.ok()["data"].clone();
        assert_eq!((&told["error"], &told["steps"][0]["message"]), (&Value::Null, &json!("POST /echo?x=1")), "{told}");
        assert_eq!(app.provider.requests(), asked + 1);
        assert_same(&before, &app.kept().await);
    }

    /// D1: a server that is killed in the middle leaves nothing behind; and while one is under way, another one is told to wait.
    async fn a_dry_run_that_is_cut_off_leaves_nothing_behind(app: App) {
        app.with_items().await;
        app.provider.open();
        app.act("fetch-status", json!({ "path": "/hold" })).await;
        app.provider.shut();
        let run = app.newest("ada", "fetch-status").await;
        let before = app.kept().await;
        let asked = app.provider.requests();
        let http = app.http.post(app.url(&format!("/runs/{run}/dry-run"))).bearer_auth(crate::node::KEY).json(&json!({}));
        let first = async { http.send().await };
        let second = async {
            app.eventually("the request", || async { (app.provider.requests() > asked).then_some(()) }).await;
            app.ask_dry_run(&run, false).await
        };
        let cut_off = async {
            let refused = second.await;
            assert_eq!((refused.status, refused.code().as_str()), (StatusCode::CONFLICT, "dry_run_under_way"), "{}", refused.text);
            app.kill_at_once();
        };
        let (answer, ()) = tokio::join!(first, cut_off);
        assert!(answer.is_err(), "an answer of a server that was killed");
        app.crash_and_restart().await;
        app.provider.open();
        assert_same(&before, &app.kept().await);
        assert_eq!(app.dry_run("ada", "fetch-status").await["output"]["status"], 200);
    }
}

/// Behind the wall it is the same: the process that runs the function has no network, and its requests are refused where all are answered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_behind_the_wall_keeps_nothing_and_sends_nothing() {
    let mut app = App::start_in(TestDatabase::sqlite(), BEHIND_THE_WALL).await;
    app.with_items().await;
    let input = json!({ "integration": "fixture", "connection": "ada", "path": "/echo", "body": {}, "options": {} });
    app.act("walk", input).await;
    assert_eq!(app.act("relay", json!({ "action": "count", "input": {} })).await, json!(1));
    let before = app.kept().await;
    let told = app.dry_run("ada", "full").await;
    assert_eq!((&told["error"], &told["models"][0]["deleted"]), (&Value::Null, &json!(1)), "{told}");
    let asked = app.provider.requests();
    let told = app.dry_run("ada", "walk").await;
    assert_eq!((&told["error"]["code"], app.provider.requests()), (&json!("write_refused"), asked), "{told}");
    assert_eq!(app.dry_run("ada", "relay").await["output"], 2);
    assert_same(&before, &app.kept().await);
    app.stop();
}
