//! Actions that nobody waits for: accepted on disk, run in order, at least once.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use syncline_store::testing::TestDatabase;

use crate::app::App;
use crate::both::on_both_databases;
use crate::guests::FIXTURE;
use crate::node::{Answer, Node};
use crate::provider::TOKEN;
use crate::sink::Sink;

/// The path under which the result will be.
async fn accept(node: &Node, connection: &str, action: &str, input: Value, retries: &str) -> String {
    let headers = [("Connection-Id", connection), ("Provider-Config-Key", "fixture"), ("X-Async", "true"), ("X-Max-Retries", retries)];
    let body = json!({ "action_name": action, "input": input });
    let answer = node.call(Method::POST, "/action/trigger", &headers, Some(body)).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text);
    let location = answer.headers["location"].to_str().unwrap().to_owned();
    let body = answer.json();
    assert_eq!((body["statusUrl"].as_str(), format!("/action/{}", body["id"].as_str().unwrap())), (Some(&*location), location.clone()));
    location
}

/// What the action came to, when it has ended.
async fn result(node: &Node, path: &str) -> Answer {
    node.eventually("end of the action", || async {
        let answer = node.get(path).await;
        let pending = answer.status == StatusCode::NOT_FOUND;
        assert!(!pending || answer.headers["retry-after"] == "1", "{}", answer.text);
        (!pending).then_some(answer)
    })
    .await
}

async fn ready(app: &App) -> Sink {
    let sink = Sink::start().await;
    app.deploy(&FIXTURE).await.ok();
    for connection in ["ada", "bob"] {
        app.connect_and_settle(connection, json!({})).await;
    }
    let settings = json!({ "primary_url": sink.url(), "on_auth_creation": false });
    app.call(Method::PATCH, "/environment/webhooks", &[], Some(settings)).await.ok();
    sink
}

/// The ids of which the sink was told.
fn told(sink: &Sink) -> Vec<String> {
    let bodies = sink.all().into_iter().map(|delivery| delivery.json()).filter(|body| body["type"] == "async_action");
    bodies.map(|body| body["payload"]["statusUrl"].as_str().unwrap().to_owned()).collect()
}

on_both_databases! {
    async fn the_result_of_an_action_is_told_and_kept(app: App) {
        let sink = ready(&app).await;
        let succeeded = accept(&app, "ada", "echo", json!({ "n": [1, null] }), "0").await;
        assert_eq!(result(&app, &succeeded).await.text, r#"{"n":[1,null]}"#);
        let failed = accept(&app, "ada", "fail", json!({ "reason": "no" }), "0").await;
        let (answer, waited) = (result(&app, &failed).await, app.action("ada", "fail", json!({ "reason": "no" })).await);
        assert_eq!((answer.status, answer.code(), answer.json()["error"]["payload"].clone()), (waited.status, waited.code(), waited.json()["error"]["payload"].clone()));
        assert_eq!(answer.code(), "action_script_runtime_error");
        app.eventually("two webhooks", || async { (told(&sink).len() == 2).then_some(()) }).await;
        assert_eq!(told(&sink), [succeeded.as_str(), &failed]);
        let id = &succeeded["/action/".len()..];
        let expected = json!({ "from": "nango", "type": "async_action", "connectionId": "ada", "providerConfigKey": "fixture",
            "payload": { "id": id, "statusUrl": succeeded } });
        assert_eq!(sink.all().into_iter().find(|delivery| delivery.body.contains(id)).unwrap().json(), expected);
        let run = &app.runs("ada", "echo").await[0];
        assert_eq!((&run["trigger"], &run["state"], &run["type"]), (&json!("api"), &json!("succeeded"), &json!("action")));
    }

    async fn a_failure_is_tried_again_as_often_as_asked(app: App) {
        let sink = ready(&app).await;
        let before = app.provider.requests();
        app.provider.fail_next(500, &[]);
        let mended = accept(&app, "ada", "fetch-status", json!({ "path": "/status/200", "throw": true }), "1").await;
        let answer = result(&app, &mended).await;
        assert_eq!((answer.status, answer.json()["status"].clone()), (StatusCode::OK, json!(200)), "{}", answer.text);
        let lasting = accept(&app, "ada", "fail", json!({ "reason": "no" }), "1").await;
        assert_eq!(result(&app, &lasting).await.code(), "action_script_runtime_error");
        assert_eq!((app.provider.requests() - before, app.runs("ada", "fail").await.len()), (2, 2));
        app.eventually("one webhook each", || async { (told(&sink) == [mended.as_str(), &lasting]).then_some(()) }).await;
    }

    async fn a_connections_actions_run_in_the_order_of_their_acceptance(app: App) {
        ready(&app).await;
        let before = app.provider.requests();
        let first = accept(&app, "ada", "fetch-status", json!({ "path": "/hold" }), "0").await;
        app.eventually("the first to begin", || async { (app.provider.requests() > before).then_some(()) }).await;
        let mut behind = Vec::new();
        for number in 0..5 {
            behind.push(accept(&app, "ada", "echo", json!({ "number": number }), "0").await);
        }
        let other = accept(&app, "bob", "echo", json!("bob"), "0").await;
        assert_eq!(result(&app, &other).await.text, r#""bob""#, "another connection does not wait");
        assert_eq!(app.action("ada", "echo", json!("now")).await.text, r#""now""#, "nor does a caller who waits");
        for path in [&first, &behind[0], &behind[4]] {
            assert_eq!(app.get(path).await.status, StatusCode::NOT_FOUND);
        }
        app.provider.open();
        for path in &behind {
            assert_eq!(result(&app, path).await.status, StatusCode::OK);
        }
        assert_eq!(result(&app, &first).await.json()["status"], 200);
        let mut inputs = Vec::new();
        for run in app.runs("ada", "echo").await.iter().rev() {
            let shown = app.get(&format!("/runs/{}", run["id"].as_str().unwrap())).await.ok();
            inputs.push(shown["data"]["input"]["number"].clone());
        }
        assert_eq!(inputs, [Value::Null, json!(0), json!(1), json!(2), json!(3), json!(4)], "the caller who waited came first");
    }

    /// D1, D2
    async fn a_kill_in_the_middle_runs_the_action_again(app: App) {
        ready(&app).await;
        let before = app.provider.requests();
        let path = accept(&app, "ada", "fetch-status", json!({ "path": "/hold" }), "0").await;
        let next = accept(&app, "ada", "echo", json!(1), "0").await;
        app.eventually("the action to begin", || async { (app.provider.requests() > before).then_some(()) }).await;
        app.crash_and_restart().await;
        app.eventually("the action to begin again", || async { (app.provider.requests() > before + 1).then_some(()) }).await;
        app.provider.open();
        assert_eq!(result(&app, &path).await.json()["status"], 200, "the kill was no failure of the action's");
        assert_eq!(result(&app, &next).await.text, "1");
        let states: Vec<Value> = app.runs("ada", "fetch-status").await.iter().map(|run| run["state"].clone()).collect();
        assert_eq!(states, [json!("succeeded"), json!("lost")]);
    }

    async fn deleting_the_connection_cancels_its_actions(app: App) {
        let sink = ready(&app).await;
        let before = app.provider.requests();
        let running = accept(&app, "ada", "fetch-status", json!({ "path": "/hold" }), "5").await;
        let waiting = accept(&app, "ada", "echo", json!(1), "0").await;
        app.eventually("the first to begin", || async { (app.provider.requests() > before).then_some(()) }).await;
        app.call(Method::DELETE, "/connections/ada?provider_config_key=fixture", &[], None).await.ok();
        for path in [&running, &waiting] {
            let answer = result(&app, path).await;
            assert_eq!((answer.status, answer.code().as_str()), (StatusCode::GONE, "script_aborted"));
        }
        app.eventually("both to be told", || async { (told(&sink).len() == 2).then_some(()) }).await;
        app.provider.open();
    }
}

/// C1: two nodes keep the order of one queue.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_run_one_action_of_a_connection_at_a_time() {
    let Some(database) = TestDatabase::postgres().await else { return };
    let mut app = App::start(database).await;
    ready(&app).await;
    let mut other = app.another_node().await;
    let before = app.provider.requests();
    let mut paths = Vec::new();
    for number in 0..6 {
        let node: &Node = if number % 2 == 0 { &app } else { &other };
        paths.push(accept(node, "ada", "fetch-status", json!({ "path": "/hold", "number": number }), "0").await);
    }
    app.eventually("the first to begin", || async { (app.provider.requests() > before).then_some(()) }).await;
    // What another connection's action does in the meantime shows that both nodes had the time to begin more.
    for number in 0..4 {
        let path = accept(&other, "bob", "echo", json!(number), "0").await;
        result(&app, &path).await;
    }
    assert_eq!(app.provider.requests(), before + 1, "one at a time");
    app.provider.open();
    for path in &paths {
        assert_eq!(result(&other, path).await.json()["status"], 200);
    }
    let runs = app.runs("ada", "fetch-status").await;
    for pair in runs.windows(2) {
        assert!(pair[0]["started_at"].as_str().unwrap() >= pair[1]["finished_at"].as_str().unwrap(), "two at once: {pair:?}");
    }
    assert!(!app.log().contains(TOKEN));
    other.terminate();
    app.stop();
}
