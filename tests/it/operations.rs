//! What the server did, as an operator finds it.

use std::process::Command;

use reqwest::Method;
use serde_json::{Value, json};

use crate::app::App;
use crate::both::on_both_databases;
use crate::guests::FIXTURE;
use crate::node::KEY;
use crate::provider::TOKEN;

const TARGET: [(&str, &str); 2] = [("Connection-Id", "ada"), ("Provider-Config-Key", "fixture")];

/// The newest operation that the query finds; they are written behind the request's back.
async fn newest(app: &App, query: &str) -> Value {
    app.eventually(&format!("operation with {query}"), || async {
        app.get(&format!("/operations?limit=1&{query}")).await.ok()["data"].as_array().unwrap().first().cloned()
    })
    .await
}

fn syncline(app: &App, args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_syncline"))
        .args(args)
        .env_clear()
        .env("SYNCLINE_SERVER", app.url(""))
        .env("SYNCLINE_SECRET_KEY_DEV", KEY)
        .current_dir(app.directory.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

on_both_databases! {
    /// S6: neither the credential nor what a caller put into a query is in it.
    async fn everything_that_was_done_is_found(app: App) {
        app.provider.put(1, "one");
        app.deploy(&FIXTURE).await.ok();
        app.connect_and_settle("ada", json!({})).await;
        app.call(Method::GET, "/proxy/items?api_key=canary-in-query&page=1", &TARGET, None).await;
        app.call(Method::GET, "/proxy/status/404", &TARGET, None).await;
        app.call(Method::GET, "/proxy/x", &[("Connection-Id", "nobody"), TARGET[1]], None).await;
        app.action("ada", "echo", json!({ "n": 1 })).await.ok();
        app.post("/sync/pause", json!({ "syncs": ["full"], "provider_config_key": "fixture", "connection_id": "ada" })).await.ok();

        let call = newest(&app, "type=proxy&state=succeeded").await;
        assert_eq!((&call["summary"], &call["request"]["query"], &call["response"]["status"], &call["actor"]),
            (&json!("GET /items 200"), &json!(["api_key", "page"]), &json!(200), &json!("default")), "{call}");
        assert_eq!((&call["integration"], &call["connection_id"], &call["action"]), (&json!("fixture"), &json!("ada"), &json!("call")));
        let missing = newest(&app, "type=proxy&text=STATUS/404").await;
        assert_eq!((&missing["state"], &missing["response"]["status"]), (&json!("failed"), &json!(404)), "{missing}");
        let refused = newest(&app, "type=proxy&connection_id=nobody").await;
        assert_eq!((&refused["state"], &refused["summary"]), (&json!("failed"), &json!("GET /x: Failed to get connection")), "{refused}");
        let run = newest(&app, "type=action&action=run&function=echo").await;
        assert_eq!((&run["state"], &run["meta"]["trigger"]), (&json!("succeeded"), &json!("api")), "{run}");
        assert_eq!(newest(&app, "type=sync&action=pause").await["summary"], "paused full");
        assert_eq!(newest(&app, "type=auth&action=create_connection").await["connection_id"], "ada");
        let deploy = newest(&app, "type=deploy").await;
        let messages = app.get(&format!("/operations/{}/messages", deploy["id"].as_str().unwrap())).await.ok();
        assert!(messages.to_string().contains("sync `full` created"), "{messages}");
        assert_eq!(messages["data"][0]["message"], deploy["summary"]);
        let sync = app.eventually("the end of the first run", || async {
            app.get("/operations?type=sync&action=run&function=full&state=succeeded").await.ok()["data"].as_array().unwrap().first().cloned()
        }).await;
        let log = app.get(&format!("/operations/{}/messages", sync["id"].as_str().unwrap())).await.ok();
        let own = app.run_log(&sync).await;
        assert_eq!(log["data"].as_array().unwrap().len(), serde_json::from_str::<Value>(&own).unwrap()["data"].as_array().unwrap().len());

        let everything = app.get("/operations?limit=1000").await.text;
        assert!(!everything.contains("canary-in-query") && !everything.contains(TOKEN), "{everything}");
        assert_eq!(app.get("/operations?type=proxi").await.code(), "invalid_query_params");
        assert_eq!(app.get("/operations/01900000-0000-7000-8000-0123456789ab").await.code(), "not_found");

        // The same on the command line.
        let tail = syncline(&app, &["logs", "tail", "--type", "proxy", "--state", "failed"]);
        assert!(tail.contains("failed    proxy.call fixture/ada") && !tail.contains("GET /items 200"), "{tail}");
        // Runs that asked for items say so in their logs, and are found as well.
        let found = syncline(&app, &["logs", "search", "get /items", "--type", "proxy", "--json"]);
        let found: Value = serde_json::from_str(&found).unwrap();
        assert_eq!(found[0]["id"], call["id"]);
        let shown = syncline(&app, &["logs", "show", call["id"].as_str().unwrap()]);
        assert!(shown.contains("GET /items 200") && shown.contains(r#"response={"status":200"#), "{shown}");
        // A run's log as ever.
        syncline(&app, &["logs", sync["id"].as_str().unwrap()]);
    }

    /// What the product was told is found too, with each try.
    async fn a_webhook_that_was_sent_is_an_operation(app: App) {
        let sink = crate::sink::Sink::answering(&[503]).await;
        app.call(Method::PATCH, "/environment/webhooks", &[], Some(json!({ "primary_url": sink.url() }))).await.ok();
        app.connect("ada", json!({})).await;
        let told = newest(&app, "type=webhook&action=auth&state=succeeded").await;
        assert_eq!((&told["connection_id"], &told["response"]["status"], &told["error"]), (&json!("ada"), &json!(204), &json!(null)), "{told}");
        let messages = app.get(&format!("/operations/{}/messages", told["id"].as_str().unwrap())).await.ok();
        let statuses: Vec<_> = messages["data"].as_array().unwrap().iter().map(|message| &message["response"]["status"]).collect();
        // The first message is the operation's own summary.
        assert_eq!(statuses, [&json!(204), &json!(503), &json!(204)], "{messages}");
    }

    /// What was noted before a server stops is there after it.
    async fn operations_are_written_before_a_server_ends(app: App) {
        app.connect("ada", json!({})).await;
        for n in 0..40 {
            app.call(Method::GET, &format!("/proxy/status/{}", 200 + n % 2), &TARGET, None).await;
        }
        app.restart().await;
        assert_eq!(app.get("/operations?type=proxy&limit=1000").await.ok()["data"].as_array().unwrap().len(), 40);
    }
}
