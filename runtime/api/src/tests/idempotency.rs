//! C5, on the router.

use super::*;

impl TestApp {
    /// Creates an integration of this name, with the key.
    async fn create(&self, key: &str, name: &str) -> Answer {
        self.keyed(key, "/integrations", &json!({ "provider": "unauthenticated", "unique_key": name }).to_string()).await
    }

    async fn keyed(&self, key: &str, path: &str, body: &str) -> Answer {
        let request = Request::post(path).header("authorization", KEY).header("idempotency-key", key);
        let request = request.header("provider-config-key", "plain").header("connection-id", "c1");
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }
}

fn replayed(answer: &Answer) -> bool {
    answer.headers.contains_key("idempotency-replayed")
}

#[tokio::test]
async fn a_key_gives_the_first_answer_again_and_belongs_to_one_request() {
    let app = TestApp::new().await;
    let first = app.create("k", "a").await;
    let again = app.create("k", "a").await;
    assert_eq!((first.status, replayed(&first), replayed(&again)), (StatusCode::OK, false, true));
    assert_eq!((again.status, &again.text, &again.headers["content-type"]), (first.status, &first.text, &first.headers["content-type"]));
    assert_eq!(app.create("k", "b").await.refusal(), refused(422, "idempotency_key_reused"));
    assert_eq!(app.get("/integrations").await.expect(StatusCode::OK)["data"].as_array().unwrap().len(), 1);
    assert_eq!(app.create("", "b").await.refusal(), refused(400, "invalid_headers"));
    assert_ne!(app.create("other", "a").await.status, StatusCode::OK, "another key is another request");
}

#[tokio::test]
async fn a_refusal_before_any_effect_leaves_the_key_and_a_lasting_one_takes_it() {
    let app = TestApp::connected().await;
    for body in ["{", r#"{"nope":1}"#] {
        assert_eq!(app.keyed("k", "/integrations", body).await.status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(app.create("k", "a").await.status, StatusCode::OK, "the mended request may use it");
    let missing = app.keyed("m", "/action/trigger", r#"{"action_name":"nope"}"#).await;
    let again = app.keyed("m", "/action/trigger", r#"{"action_name":"nope"}"#).await;
    assert_eq!((missing.refusal(), again.refusal(), replayed(&again)), (refused(404, "not_found"), refused(404, "not_found"), true));
}

#[tokio::test]
async fn an_answer_of_500_is_given_again_without_a_second_effect() {
    let app = TestApp::connected().await;
    app.deploy(vec![json!({ "name": "create-issue", "kind": "action" })]).await.expect(StatusCode::OK);
    let body = r#"{"action_name":"create-issue"}"#;
    // Nothing began: the key is free for the next try.
    *app.runner.outcome.lock().unwrap() = Some(Err(RunnerError::Busy));
    assert_eq!(app.keyed("k", "/action/trigger", body).await.refusal(), refused(503, "server_busy"));
    *app.runner.outcome.lock().unwrap() = Some(Err(RunnerError::Internal("lost".into())));
    let first = app.keyed("k", "/action/trigger", body).await;
    let again = app.keyed("k", "/action/trigger", body).await;
    assert_eq!((first.refusal(), &again.text), (refused(500, "internal_server_error"), &first.text));
    assert_eq!(
        (replayed(&again), app.runner.inputs.lock().unwrap().len()),
        (true, 2),
        "the runner was asked once more after `server_busy`"
    );
}

/// A panic is an answer too: what it did before is not done again.
#[tokio::test]
async fn a_panic_is_answered_and_kept() {
    let app = TestApp::connected().await;
    app.deploy(vec![json!({ "name": "create-issue", "kind": "action" })]).await.expect(StatusCode::OK);
    let body = r#"{"action_name":"create-issue"}"#;
    // The stand-in panics when no outcome is planned, and spoils nothing but this request.
    let first = app.keyed("k", "/action/trigger", body).await;
    let again = app.keyed("k", "/action/trigger", body).await;
    assert_eq!((first.refusal(), again.refusal()), (refused(500, "internal_server_error"), refused(500, "internal_server_error")));
    assert!(replayed(&again));
}

#[tokio::test]
async fn a_browser_and_a_backend_do_not_meet_each_others_keys() {
    let app = TestApp::connected().await;
    let (one, two) = (app.session(json!({})).await, app.session(json!({})).await);
    let connect = async |token: &str| {
        let path = format!("/auth/unauthenticated/plain?connect_session_token={token}");
        let request = Request::post(path).header("content-type", "application/json").header("idempotency-key", "k");
        app.send(request.body(Body::empty()).unwrap()).await
    };
    let first = connect(&one).await;
    let again = connect(&one).await;
    assert_eq!((first.status, again.status, &again.text, replayed(&again)), (StatusCode::OK, StatusCode::OK, &first.text, true));
    let other = connect(&two).await;
    assert!(!replayed(&other) && other.text != first.text, "another session is another caller");
    assert_eq!(app.create("k", "a").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_key_that_may_do_less_is_not_given_what_another_was_answered() {
    let app = TestApp::new().await;
    app.create("k", "a").await.expect(StatusCode::OK);
    app.add_key("reader", &["environment:connections:read"]).await;
    let body = json!({ "provider": "unauthenticated", "unique_key": "a" }).to_string();
    let request = Request::post("/integrations").header("authorization", "Bearer reader").header("idempotency-key", "k");
    let answer =
        app.send(request.header("provider-config-key", "plain").header("connection-id", "c1").body(Body::from(body)).unwrap()).await;
    assert_eq!(answer.refusal(), refused(422, "idempotency_key_reused"));
}
