//! What was done for a run stands among what it said.

use serde_json::{Value, json};
use syncline_store::testing::TestDatabase;

use crate::app::App;
use crate::both::on_both_databases;
use crate::guests::FIXTURE;
use crate::provider::TOKEN;

async fn lines(app: &App, run: &Value) -> Vec<Value> {
    let mut lines: Vec<Value> = Vec::new();
    loop {
        let after = lines.last().map_or_else(|| json!(0), |line| line["seq"].clone());
        let page = app.get(&format!("/runs/{}/logs?limit=1000&after={after}", run["id"].as_str().unwrap())).await.ok();
        lines.extend(page["data"].as_array().unwrap().iter().cloned());
        if page["next"].is_null() {
            return lines;
        }
    }
}

on_both_databases! {
    /// S6: requests, saves and checkpoints of a run are in its log, in their order, without a secret and without a query's values.
    async fn a_run_tells_what_was_done_for_it(app: App) {
        app.deploy(&FIXTURE).await.ok();
        app.provider.put(1, "one");
        app.provider.put(2, "two");
        app.connect_and_settle("ada", json!({ "page_size": 1 })).await;
        let run = app.runs("ada", "full").await.pop().unwrap();
        let lines = lines(&app, &run).await;
        let kinds: Vec<_> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["http", "save", "checkpoint", "http", "save", "checkpoint", "save", "log", "checkpoint"], "{lines:?}");
        let said = |at: usize| lines[at]["message"].as_str().unwrap();
        assert!(said(0).starts_with("GET /items 200 in ") && said(1).starts_with("Item: 1 added in "), "{lines:?}");
        assert_eq!((said(2), &lines[2]["fields"]["checkpoint"]["records"]), ("Checkpoint saved", &json!(1)));
        assert!(said(6).starts_with("Item: no records"), "nothing was gone: {lines:?}");
        assert_eq!((said(7), said(8)), ("read all items", "Checkpoint cleared"));
        let fields = &lines[0]["fields"];
        assert_eq!((&fields["request"]["path"], &fields["response"]["status"], &fields["meta"]["attempts"]), (&json!("/items"), &json!(200), &json!(1)));
        assert_eq!(fields["request"]["host"], "127.0.0.1");
        assert!(fields["request"]["query"].as_array().unwrap().contains(&json!("limit")), "{fields}");
        let all = json!(lines).to_string();
        assert!(!all.contains(TOKEN) && !all.contains("limit=1"), "{all}");
        // As messages of the operation, with what they are.
        let messages = app.get(&format!("/operations/{}/messages", run["id"].as_str().unwrap())).await.ok();
        let first = &messages["data"][0];
        assert_eq!((&first["type"], &first["source"], &first["response"]["status"]), (&json!("http"), &json!("internal"), &json!(200)));
        assert_eq!((&messages["data"][7]["type"], &messages["data"][7]["source"]), (&json!("log"), &json!("user")));
    }
}

/// X9: a run that does very much writes of a thousand things, and how many more there were.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_of_a_long_run_has_an_end() {
    let mut app = App::start(TestDatabase::sqlite()).await;
    app.deploy(&FIXTURE).await.ok();
    for id in 0..350 {
        app.provider.put(id, "one");
    }
    app.connect_and_settle("ada", json!({ "page_size": 1 })).await;
    let run = app.runs("ada", "full").await.pop().unwrap();
    assert_eq!(run["state"], "succeeded", "{run}");
    let lines = lines(&app, &run).await;
    let done = lines.iter().filter(|line| line["type"] != "log").count();
    let told = lines.last().unwrap()["message"].as_str().unwrap().to_owned();
    // Three for each page, the deletions that there were not, and the checkpoint cleared.
    assert_eq!((done, told.as_str()), (1_000, "52 further requests, saves and checkpoints are not listed"), "{lines:?}");
    app.stop();
}
