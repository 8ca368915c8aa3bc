//! C5: one key, one effect, whatever happens to the request or the server.

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use syncline_store::testing::TestDatabase;

use crate::app::App;
use crate::both::on_both_databases;
use crate::guests::FIXTURE;
use crate::node::{Answer, Node};

/// Triggers the action that asks the provider for `path`, which counts.
async fn trigger(node: &Node, key: &str, input: Value) -> Answer {
    let headers = [("Connection-Id", "ada"), ("Provider-Config-Key", "fixture"), ("Idempotency-Key", key)];
    node.call(Method::POST, "/action/trigger", &headers, Some(json!({ "action_name": "fetch-status", "input": input }))).await
}

async fn proxy(node: &Node, key: &str, path: &str) -> Answer {
    let headers = [("Connection-Id", "ada"), ("Provider-Config-Key", "fixture"), ("Idempotency-Key", key)];
    node.call(Method::POST, &format!("/proxy{path}"), &headers, Some(json!({ "n": 1 }))).await
}

async fn ready(app: &App) -> u32 {
    app.deploy(&FIXTURE).await.ok();
    app.connect_and_settle("ada", json!({})).await;
    app.provider.requests()
}

/// Whether it is the one answer, or word that this is under way.
fn is_one_of(answer: &Answer, body: &str) -> bool {
    let is_answer = answer.status == StatusCode::OK && answer.text == body;
    is_answer
        || (answer.status == StatusCode::CONFLICT && answer.code() == "idempotency_key_in_use" && answer.headers["retry-after"] == "1")
}

on_both_databases! {
    async fn twenty_at_once_have_one_effect(app: App) {
        let before = ready(&app).await;
        let all = join_all((0..20).map(|_| trigger(&app, "k", json!({ "path": "/status/200" })))).await;
        let first = all.iter().find(|answer| answer.status == StatusCode::OK && !answer.headers.contains_key("idempotency-replayed")).unwrap();
        assert!(all.iter().all(|answer| is_one_of(answer, &first.text)), "{all:?}");
        let again = trigger(&app, "k", json!({ "path": "/status/200" })).await;
        assert_eq!((again.status, &again.text, again.headers["idempotency-replayed"].as_bytes()), (StatusCode::OK, &first.text, b"true".as_slice()));
        let other = trigger(&app, "k", json!({ "path": "/status/201" })).await;
        assert_eq!((other.status, other.code().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused"));
        assert_eq!(app.provider.requests() - before, 1);
    }

    async fn what_failed_is_answered_again_and_not_done_again(app: App) {
        let before = ready(&app).await;
        let failed = trigger(&app, "a", json!({ "path": "/status/500", "throw": true })).await;
        let again = trigger(&app, "a", json!({ "path": "/status/500", "throw": true })).await;
        assert_eq!((again.status, &again.text), (StatusCode::FAILED_DEPENDENCY, &failed.text));
        let failed = proxy(&app, "b", "/status/500").await;
        let again = proxy(&app, "b", "/status/500").await;
        assert_eq!((again.status, &again.text, &again.headers["content-type"]), (StatusCode::INTERNAL_SERVER_ERROR, &failed.text, &failed.headers["content-type"]));
        assert!(again.headers.contains_key("idempotency-replayed"));
        // What the provider refused is its answer, not a refusal of ours.
        let (refused, again) = (proxy(&app, "c", "/status/401").await, proxy(&app, "c", "/status/401").await);
        assert_eq!((refused.status, again.status, again.headers.contains_key("idempotency-replayed")), (StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED, true));
        assert_eq!(app.provider.requests() - before, 3);
    }

    async fn a_kill_in_the_middle_leaves_the_outcome_unknown_and_no_second_effect(app: App) {
        let before = ready(&app).await;
        let url = app.url("/action/trigger");
        let request = app.http.post(url).bearer_auth(crate::node::KEY).header("Connection-Id", "ada").header("Provider-Config-Key", "fixture");
        let request = request.header("Idempotency-Key", "k").json(&json!({ "action_name": "fetch-status", "input": { "path": "/hold" } }));
        #[expect(clippy::disallowed_methods, reason = "a test's request ends with its server")]
        let broken = tokio::spawn(request.send());
        app.eventually("the effect", || async { (app.provider.requests() > before).then_some(()) }).await;
        app.crash_and_restart().await;
        assert!(broken.await.unwrap().is_err(), "nobody was told how it ended");
        app.provider.open();
        let answer = app.eventually("word that nobody knows", || async {
            let answer = trigger(&app, "k", json!({ "path": "/hold" })).await;
            assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.text);
            (answer.code() == "idempotency_outcome_unknown").then_some(answer)
        }).await;
        assert!(!answer.headers.contains_key("retry-after"), "waiting does not help");
        assert_eq!(app.provider.requests() - before, 1);
        assert_eq!(trigger(&app, "k2", json!({ "path": "/hold" })).await.status, StatusCode::OK, "a new key does it");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_have_one_effect() {
    let Some(database) = TestDatabase::postgres().await else { return };
    let mut app = App::start(database).await;
    let before = ready(&app).await;
    let mut other = app.another_node().await;
    let nodes: [&Node; 2] = [&app, &other];
    let all = join_all((0..20).map(|at| trigger(nodes[at % 2], "k", json!({ "path": "/status/200" })))).await;
    let first = all.iter().find(|answer| answer.status == StatusCode::OK).unwrap();
    assert!(all.iter().all(|answer| is_one_of(answer, &first.text)), "{all:?}");
    for node in nodes {
        assert_eq!(trigger(node, "k", json!({ "path": "/status/200" })).await.text, first.text);
    }
    assert_eq!(app.provider.requests() - before, 1);
    other.terminate();
    app.stop();
}
