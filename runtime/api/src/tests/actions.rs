use http::HeaderValue;
use serde_json::value::RawValue;
use syncline_domain::{Counts, FunctionKind, FunctionName, IntegrationKey, JobKind, RunError, RunState, Trigger};
use syncline_store::payload::AsyncAction;
use syncline_store::{Claim, FinishRun, JobDecision, NewRun, RunUsage};

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
        ("function_cpu_time_exceeded", 500, "function_runtime_timed_out"),
        ("function_error", 500, "script_internal_error"),
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
        if code == "function_error" {
            assert!(
                answer.text.contains(r#""payload":{"code":"ECONNRESET","status":404,"#),
                "as the function's language wrote it: {}",
                answer.text
            );
        }
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
    assert_eq!(with("x-async", "maybe").await.refusal(), refused(400, "invalid_headers"));
    assert_eq!(with("x-max-retries", "6").await.refusal(), refused(400, "invalid_headers"));
    *app.runner.outcome.lock().unwrap() = Some(Err(RunnerError::Busy));
    let busy = with("x-async", "false").await;
    assert_eq!((busy.refusal(), &busy.headers["retry-after"]), (refused(503, "server_busy"), &HeaderValue::from_static("1")));
}

impl TestApp {
    async fn accept(&self) -> Answer {
        let request = Request::post("/action/trigger").header("authorization", KEY).header("provider-config-key", "plain");
        let request = request.header("connection-id", "c1").header("x-async", "true").header("x-max-retries", "2");
        self.send(request.body(Body::from(r#"{"action_name":"create-issue","input":[1]}"#)).unwrap()).await
    }

    /// As a worker does: one run of the next job, which ends like this.
    async fn work(&self, result: Result<&str, RunError>) {
        let now = self.clock.now();
        let lease = Duration::from_mins(1);
        let claim = Claim { owner: "test".to_owned(), kinds: vec![JobKind::RunAction], limit: 1, lease, now };
        let job = self.store.jobs().claim(claim).await.unwrap().pop().expect("a job");
        let action = self.store.async_actions().lookup(serde_json::from_str::<AsyncAction>(&job.payload).unwrap().action).await.unwrap();
        let run = NewRun {
            id: run_id(),
            environment: self.environment,
            function: action.unwrap().function,
            function_name: FunctionName::new("create-issue").unwrap(),
            kind: FunctionKind::Action,
            connection: job.connection,
            connection_name: None,
            integration_key: IntegrationKey::new("plain").unwrap(),
            sync: None,
            variant: None,
            trigger: Trigger::Api,
            attempt: job.attempt,
            job: Some(job.fence()),
            input: None,
            now,
        };
        self.store.runs().insert(run).await.unwrap();
        let state = if result.is_ok() { RunState::Succeeded } else { RunState::Failed };
        let (output, error) = (result.as_ref().ok().map(|&output| output.to_owned()), result.err());
        let job = Some((job.fence(), JobDecision::Complete));
        let (counts, usage) = (Counts::new(), RunUsage::default());
        self.store.runs().finish(FinishRun { id: run_id(), state, output, error, counts, usage, job, now }).await.unwrap();
    }
}

#[tokio::test]
async fn an_asynchronous_action_is_accepted_and_answers_when_it_has_ended() {
    let app = TestApp::with_action().await;
    let accepted = app.accept().await;
    let location = accepted.headers["location"].to_str().unwrap().to_owned();
    let body = accepted.expect(StatusCode::ACCEPTED);
    assert_eq!((body["statusUrl"].as_str().unwrap(), &location[8..]), (location.as_str(), body["id"].as_str().unwrap()));

    let pending = app.get(&location).await;
    assert_eq!((pending.headers["retry-after"].to_str().unwrap(), pending.refusal()), ("1", refused(404, "not_found")));
    assert_eq!(pending.json()["error"]["message"], format!("No action '{}' found", body["id"].as_str().unwrap()));
    app.work(Ok(r#"{"id": 12345678901234567890123}"#)).await;
    let ended = app.get(&location).await;
    assert_eq!((ended.status, ended.text.as_str()), (StatusCode::OK, r#"{"id": 12345678901234567890123}"#));
    assert_eq!(ended.headers["content-type"], "application/json");

    // Another environment is told no more than of an id that nobody has.
    let other = app.store.environments().ensure(&EnvironmentName::new("prod").unwrap(), Timestamp::default()).await.unwrap();
    let key = NewApiKey {
        environment: other.id,
        display_name: "other".to_owned(),
        hash: Sha256::digest("other").into(),
        scopes: vec!["environment:*".to_owned()],
        now: Timestamp::default(),
    };
    app.store.api_keys().insert(key, 50).await.unwrap();
    let unknown = "/action/00000000-0000-7000-8000-00000000abcd";
    let (foreign, nobodys) = (app.get_with_key(&location, "other").await, app.get_with_key(unknown, "other").await);
    assert_eq!((foreign.refusal(), nobodys.refusal()), (refused(404, "not_found"), refused(404, "not_found")));
    assert_eq!(foreign.headers.keys().collect::<Vec<_>>(), nobodys.headers.keys().collect::<Vec<_>>());
    assert_eq!(app.get("/action/nope").await.refusal(), refused(400, "invalid_uri_params"));
    assert_eq!(app.get(&format!("{unknown}?x=1")).await.refusal(), refused(400, "invalid_query_params"));
}

#[tokio::test]
async fn an_asynchronous_action_that_failed_answers_as_if_one_had_waited() {
    let app = TestApp::with_action().await;
    let location = app.accept().await.headers["location"].to_str().unwrap().to_owned();
    let error = || RunError {
        code: "function_output_too_large".to_owned(),
        message: "too much".to_owned(),
        status: None,
        details: None,
        frames: vec![],
    };
    let waited = app.trigger(Err(error())).await;
    app.work(Err(error())).await;
    let answer = app.get(&location).await;
    assert_eq!(waited.refusal(), refused(400, "script_output_too_large"));
    assert_eq!((answer.status, answer.text), (waited.status, waited.text));
}

#[tokio::test]
async fn an_asynchronous_action_that_never_ran_says_why() {
    let app = TestApp::with_action().await;
    let late = app.accept().await.headers["location"].to_str().unwrap().to_owned();
    app.clock.advance(Duration::from_hours(24) + Duration::from_secs(1));
    assert_eq!(app.store.async_actions().expire(app.clock.now(), 10).await.unwrap(), 1);
    assert_eq!(app.get(&late).await.refusal(), refused(500, "execution_timeout"));
    let cancelled = app.accept().await.headers["location"].to_str().unwrap().to_owned();
    app.request(Method::DELETE, "/connections/c1?provider_config_key=plain", None).await.expect(StatusCode::OK);
    assert_eq!(app.get(&cancelled).await.refusal(), refused(410, "script_aborted"));
    app.clock.advance(Duration::from_hours(5 * 24) + Duration::from_secs(1));
    app.store.sweep(app.clock.now(), 100).await.unwrap();
    assert_eq!(app.get(&cancelled).await.refusal(), refused(404, "not_found"));
}

#[tokio::test]
async fn a_deployment_tells_what_changed() {
    let app = TestApp::with_action().await;
    let sync = json!({ "name": "issues", "kind": "sync", "schedule": "every 1h", "models": [{ "name": "Issue", "schema": { "type": "object" } }] });
    let deployed = app.deploy(vec![sync]).await.expect(StatusCode::OK);
    let expected = json!({
        "integration": "plain", "type": "sync", "name": "issues", "version": 1, "change": "created", "details": [], "connections": 0,
        "lost_models": [],
    });
    assert_eq!(deployed["data"]["functions"][0], expected);
    let expected = json!({
        "integration": "plain", "type": "action", "name": "create-issue", "version": 1, "connections": 0, "lost_models": [],
    });
    assert_eq!(deployed["data"]["deleted"], json!([expected]));
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
