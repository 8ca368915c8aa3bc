//! Addresses that functions declare for clients of older functions.

use super::*;

fn action(name: &str, endpoints: &Value) -> Value {
    json!({ "name": name, "kind": "action", "endpoints": endpoints })
}

fn sync() -> Value {
    let endpoints = json!([{ "method": "GET", "path": "/acme/issues", "group": "Issues" }]);
    json!({ "name": "issues", "kind": "sync", "models": [{ "name": "Issue", "schema": { "type": "object" } }], "endpoints": endpoints })
}

impl TestApp {
    fn answers(&self, output: &str) {
        *self.runner.outcome.lock().unwrap() = Some(Ok(RunOutcome { run: run_id(), result: Ok(output.to_owned()) }));
    }
}

#[tokio::test]
async fn an_actions_address_runs_it_with_the_body_or_the_query() {
    let app = TestApp::connected().await;
    let endpoints = json!([{ "method": "POST", "path": "/acme/issue" }, { "method": "GET", "path": "/acme/issue" }]);
    app.deploy(vec![action("create-issue", &endpoints), sync()]).await.expect(StatusCode::OK);
    for (method, path, body, input) in [
        (Method::POST, "/v1/acme/issue", Some(json!({ "n": [1] })), r#"{"n":[1]}"#),
        (Method::POST, "/v1/acme/issue", Some(json!("text")), r#""text""#),
        (Method::POST, "/v1/acme/issue", None, "{}"),
        (Method::GET, "/v1/acme/issue?a=1&b=x&b=y", None, r#"{"a":"1","b":["x","y"]}"#),
    ] {
        app.answers(r#"{"id": 12345678901234567890123}"#);
        let answer = app.request(method, path, body).await;
        assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, r#"{"id": 12345678901234567890123}"#));
        assert_eq!(app.runner.inputs.lock().unwrap().pop().unwrap(), input);
    }
    for (method, path) in [(Method::PUT, "/v1/acme/issue"), (Method::POST, "/v1/acme/issues"), (Method::POST, "/v1/acme/issue/1")] {
        let unknown = app.request(method.clone(), path, Some(json!({}))).await;
        assert_eq!(unknown.status, StatusCode::NOT_FOUND);
        assert_eq!(unknown.json()["message"], format!("Unknown endpoint '{method} {}'", path.trim_start_matches("/v1")));
    }
    let bad =
        Request::post("/v1/acme/issue").header("authorization", KEY).header("provider-config-key", "plain").header("connection-id", "c1");
    assert_eq!(app.send(bad.body(Body::from("{")).unwrap()).await.refusal(), refused(400, "invalid_json"));
    let nobody =
        Request::post("/v1/acme/issue").header("authorization", KEY).header("provider-config-key", "plain").header("connection-id", "no");
    assert_eq!(app.send(nobody.body(Body::empty()).unwrap()).await.refusal(), refused(400, "unknown_connection"));
    assert!(app.runner.inputs.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_syncs_address_lists_the_records_of_its_model() {
    let app = TestApp::connected().await;
    app.deploy(vec![sync()]).await.expect(StatusCode::OK);
    app.save(r#"[{"id":"a"},{"id":"b"}]"#).await;
    let page = app.get("/v1/acme/issues?limit=1").await.expect(StatusCode::OK);
    assert_eq!((page["records"].as_array().unwrap().len(), &page["records"][0]["id"]), (1, &json!("a")));
    let next =
        app.get(&format!("/v1/acme/issues?model=Other&cursor={}", page["next_cursor"].as_str().unwrap())).await.expect(StatusCode::OK);
    assert_eq!(next["records"][0]["id"], "b", "the address says which model");
    assert_eq!(app.get("/v1/acme/issues?limit=0").await.refusal(), refused(400, "invalid_query_params"));
}

#[tokio::test]
async fn an_address_needs_the_scope_of_what_it_does_and_belongs_to_one_function() {
    let app = TestApp::connected().await;
    app.deploy(vec![action("create-issue", &json!([{ "method": "POST", "path": "/x" }])), sync()]).await.expect(StatusCode::OK);
    app.add_key("nothing", &["environment:connections:list"]).await;
    for (method, path) in [(Method::POST, "/v1/x"), (Method::GET, "/v1/acme/issues")] {
        let request = Request::builder().method(method).uri(path).header("authorization", "Bearer nothing");
        let request = request.header("provider-config-key", "plain").header("connection-id", "c1");
        assert_eq!(app.send(request.body(Body::empty()).unwrap()).await.refusal(), refused(403, "forbidden"));
    }
    let endpoint = json!([{ "method": "POST", "path": "/x" }]);
    let twice = app.deploy(vec![action("one", &endpoint), action("other", &endpoint)]).await;
    assert_eq!(twice.refusal(), refused(400, "duplicate_endpoint"));
}
