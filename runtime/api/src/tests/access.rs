use super::*;

#[tokio::test]
async fn without_a_key_that_this_server_knows_nothing_answers() {
    let app = TestApp::new().await;
    assert_eq!(app.send(Request::get("/connections").body(Body::empty()).unwrap()).await.refusal(), refused(401, "missing_auth_header"));
    let unknown = "22222222-2222-4222-8222-222222222222";
    assert_eq!(app.get_with_key("/connections", unknown).await.refusal(), refused(401, "unknown_account"));
    assert_eq!(app.get_with_key("/connections", "guess").await.refusal(), refused(401, "invalid_secret_key_format"));
    assert_eq!(app.get_with_key("/proxy/x", unknown).await.refusal(), refused(401, "unknown_account"));
    assert_eq!(app.get_with_key("/connections", KEY).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_deleted_key_stops_working_within_seconds() {
    let app = TestApp::new().await;
    let id = app.add_key("short-lived", &["environment:*"]).await;
    assert_eq!(app.get_with_key("/connections", "short-lived").await.status, StatusCode::OK);
    app.store.api_keys().delete(app.environment, id).await.unwrap();
    app.clock.advance(Duration::from_secs(3));
    assert_eq!(app.get_with_key("/connections", "short-lived").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_key_can_do_only_what_its_scopes_say() {
    let app = TestApp::connected().await;
    app.add_key("reader", &["environment:connections:read", "environment:connections:list"]).await;
    assert_eq!(app.get_with_key("/connections", "reader").await.status, StatusCode::OK);
    assert_eq!(app.get_with_key("/integrations", "reader").await.refusal(), refused(403, "forbidden"));
    let path = "/connections/c1?provider_config_key=plain";
    assert_eq!(app.get_with_key(path, "reader").await.expect(StatusCode::OK)["credentials"], json!({}));
    assert_eq!(app.get_with_key(&format!("{path}&refresh_token=true"), "reader").await.refusal(), refused(403, "forbidden"));
}

#[tokio::test]
async fn requests_are_read_strictly() {
    let app = TestApp::connected().await;
    assert_eq!(app.get("/nothing/here").await.refusal(), refused(404, "not_found"));
    assert_eq!(app.request(Method::PUT, "/connections", None).await.refusal(), refused(405, "method_not_allowed"));
    let unknown = app.get("/connections?conection=c1").await;
    assert_eq!(unknown.refusal(), refused(400, "invalid_query_params"));
    assert_eq!(unknown.json()["error"]["errors"][0]["code"], "unrecognized_keys");
    let body = |content_type: &str, body: &'static str| {
        let request = Request::post("/sync/trigger").header("authorization", KEY).header("content-type", content_type);
        app.send(request.body(Body::from(body)).unwrap())
    };
    assert_eq!(body("text/plain", "{}").await.refusal(), refused(415, "invalid_content_type"));
    assert_eq!(body("application/json", "{").await.refusal(), refused(400, "invalid_json"));
    assert_eq!(body("application/json; charset=utf-8", "null").await.refusal(), refused(400, "invalid_json"));
    assert_eq!(body("application/json", "").await.refusal(), refused(400, "missing_provider_config_key"));
    // A trailing slash is no other path.
    assert_eq!(app.get("/records/?model=Issue").await.status, StatusCode::OK);
}

#[tokio::test]
async fn browsers_and_balancers_are_answered_without_a_key() {
    let app = TestApp::new().await;
    let ask = |path: &str| app.send(Request::get(path).header("origin", "https://app.example").body(Body::empty()).unwrap());
    assert_eq!(ask("/health").await.expect(StatusCode::OK), json!({ "result": "ok" }));
    let ready = ask("/ready").await;
    assert_eq!(ready.headers["access-control-allow-origin"], "*");
    let ready = ready.expect(StatusCode::OK);
    assert_eq!(
        (&ready["result"], &ready["checks"]["database"]["ok"], &ready["checks"]["worker"]),
        (&json!("ok"), &json!(true), &Value::Null)
    );
    let logo = ask("/providers/github/logo.svg").await;
    assert_eq!((logo.status, logo.headers["content-type"].to_str().unwrap()), (StatusCode::OK, "image/svg+xml"));
    let github = app.get("/providers/github").await.expect(StatusCode::OK);
    assert_eq!(github["data"]["logo_url"], "http://localhost:3003/providers/github/logo.svg");
}

#[tokio::test]
async fn a_server_without_its_database_is_alive_and_not_ready() {
    let app = TestApp::new().await;
    let ask = |path: &str| app.send(Request::get(path).body(Body::empty()).unwrap());
    app.store.close().await;
    let answer = ask("/ready").await;
    assert_eq!(answer.refusal(), refused(503, "not_ready"));
    let checks = &answer.json()["error"]["checks"];
    assert_eq!(checks, &json!({ "database": { "ok": false, "write_ms": null }, "shutdown": { "ok": true } }));
    assert_eq!(ask("/health").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_server_that_stops_is_not_ready() {
    let app = TestApp::new().await;
    let ask = || app.send(Request::get("/ready").body(Body::empty()).unwrap());
    app.state.options.pulse.beat();
    assert_eq!(ask().await.expect(StatusCode::OK)["checks"]["worker"]["ok"], true);
    app.state.options.pulse.stop();
    let answer = ask().await;
    assert_eq!(answer.refusal(), refused(503, "not_ready"));
    assert_eq!(answer.json()["error"]["checks"]["shutdown"]["ok"], false);
}
