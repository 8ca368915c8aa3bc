use http::HeaderValue;
use serde_json::value::RawValue;
use syncline_domain::RunError;

use super::*;

impl TestApp {
    async fn with_action() -> Self {
        let app = Self::connected().await;
        app.deploy(vec![json!({ "name": "create-issue", "kind": "action" })]).await.expect(StatusCode::OK);
        app
    }

    async fn trigger(&self, result: Result<&str, RunError>) -> Answer {
        *self.runner.outcome.lock().unwrap() = Some(Ok(RunOutcome { run: run_id(), result: result.map(str::to_owned) }));
        self.post("/action/trigger", json!({ "action_name": "create-issue", "input": { "title": "x" }, "ignored": 1 })).await
    }
}

#[tokio::test]
async fn the_output_is_passed_on_as_the_action_wrote_it() {
    let app = TestApp::with_action().await;
    let answer = app.trigger(Ok(r#"{"id": 12345678901234567890123}"#)).await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, r#"{"id": 12345678901234567890123}"#));
    assert_eq!(answer.headers["content-type"], "application/json");
    *app.runner.outcome.lock().unwrap() = Some(Ok(RunOutcome { run: run_id(), result: Ok("null".to_owned()) }));
    app.post("/action/trigger", json!({ "action_name": "create-issue", "input": null })).await.expect(StatusCode::OK);
    assert_eq!(*app.runner.inputs.lock().unwrap(), [r#"{"title":"x"}"#, "{}"]);
}

#[tokio::test]
async fn every_failure_has_its_status_and_leads_to_its_log() {
    let app = TestApp::with_action().await;
    for (code, status, wire) in [
        ("action_error", 500, "action_script_runtime_error"),
        ("provider_status", 424, "script_http_error"),
        ("network_error", 500, "script_network_error"),
        ("function_timeout", 500, "function_runtime_timed_out"),
        ("function_out_of_memory", 500, "function_runtime_out_of_memory"),
        ("function_output_too_large", 400, "script_output_too_large"),
        ("invalid_action_input", 400, "invalid_action_input"),
        ("function_trapped", 500, "script_internal_error"),
    ] {
        let details =
            r#"{"code":"ECONNRESET","status":404,"headers":{"content-type":"application/json"},"body":{"n":12345678901234567890123}}"#;
        let details = RawValue::from_string(details.to_owned()).unwrap();
        let error =
            RunError { code: code.to_owned(), message: "it failed".to_owned(), status: Some(404), details: Some(details), frames: vec![] };
        let answer = app.trigger(Err(error)).await;
        assert_eq!(answer.refusal(), refused(status, wire));
        assert_eq!(answer.json()["error"]["additional_properties"]["run_id"], run_id().to_string());
        if code == "network_error" {
            assert_eq!(answer.json()["error"]["payload"]["code"], "ECONNRESET");
        }
        if code == "provider_status" {
            assert!(answer.text.contains(r#""payload":{"n":12345678901234567890123}"#), "{}", answer.text);
            assert_eq!(answer.json()["error"]["upstream"]["status"], 404);
        }
    }
}

#[tokio::test]
async fn what_cannot_be_run_is_not_run() {
    let app = TestApp::with_action().await;
    assert_eq!(app.post("/action/trigger", json!({ "action_name": "nope" })).await.refusal(), refused(404, "not_found"));
    assert_eq!(app.post("/action/trigger", json!({})).await.refusal(), refused(400, "invalid_body"));
    let with = |name: &str, value: &str| {
        let request = Request::post("/action/trigger").header("authorization", KEY).header("provider-config-key", "plain");
        let request = request.header("connection-id", if name == "connection-id" { value } else { "c1" });
        let request = if name == "connection-id" { request } else { request.header(name, value) };
        app.send(request.body(Body::from(r#"{"action_name":"create-issue"}"#)).unwrap())
    };
    assert_eq!(with("connection-id", "nope").await.refusal(), refused(400, "unknown_connection"));
    assert_eq!(with("x-async", "true").await.refusal(), refused(400, "async_actions_not_supported"));
    assert_eq!(with("x-async", "maybe").await.refusal(), refused(400, "invalid_headers"));
    assert_eq!(with("x-max-retries", "6").await.refusal(), refused(400, "invalid_headers"));
    *app.runner.outcome.lock().unwrap() = Some(Err(RunnerError::Busy));
    let busy = with("x-async", "false").await;
    assert_eq!((busy.refusal(), &busy.headers["retry-after"]), (refused(503, "server_busy"), &HeaderValue::from_static("1")));
}

#[tokio::test]
async fn a_deployment_tells_what_changed() {
    let app = TestApp::with_action().await;
    let sync = json!({ "name": "issues", "kind": "sync", "schedule": "every 1h", "models": [{ "name": "Issue", "schema": { "type": "object" } }] });
    let deployed = app.deploy(vec![sync]).await.expect(StatusCode::OK);
    assert_eq!(
        deployed["data"]["functions"][0],
        json!({ "integration": "plain", "type": "sync", "name": "issues", "version": 1, "change": "created" })
    );
    assert_eq!(deployed["data"]["deleted"], json!([{ "integration": "plain", "type": "action", "name": "create-issue" }]));
    let listed = app.get("/functions").await.expect(StatusCode::OK);
    assert_eq!((&listed["data"][0]["runs"], &listed["data"][0]["models"]), (&json!("every 1h"), &json!(["Issue"])));
    let shown = app.get("/integrations/plain/functions/issues?type=sync").await.expect(StatusCode::OK);
    assert_eq!(shown["data"]["json_schema"]["definitions"]["Issue"], json!({ "type": "object" }));
    assert_eq!(app.get("/integrations/plain/functions/nope").await.refusal(), refused(404, "not_found"));

    let bad = |component: Value| app.post("/deployments", json!({ "components": [component] }));
    assert_eq!(bad(json!({ "integration": "plain", "wasm": "bm8=" })).await.refusal(), refused(400, "component_malformed"));
    assert_eq!(bad(json!({ "integration": "plain", "wasm": "%" })).await.refusal(), refused(400, "invalid_body"));
    assert_eq!(bad(json!({ "integration": "nope", "wasm": "AGFzbQ==" })).await.refusal(), refused(400, "unknown_integration"));
    assert_eq!(bad(json!({ "wasm": "AGFzbQ==" })).await.refusal(), refused(400, "invalid_body"));
    let component = json!({ "integration": "plain", "wasm": "AGFzbQ==" });
    let twice = app.post("/deployments", json!({ "components": [component, component] })).await;
    assert_eq!(twice.refusal(), refused(400, "duplicate_function"));
}
