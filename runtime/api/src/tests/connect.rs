use super::*;

/// An app with two integrations.
async fn app() -> TestApp {
    let app = TestApp::connected().await;
    app.post("/integrations", json!({ "provider": "private-api-bearer", "unique_key": "private" })).await.expect(StatusCode::OK);
    app
}

#[tokio::test]
async fn a_session_is_opened_shown_and_ended() {
    let app = app().await;
    let opened = app.post(
        "/connect/sessions",
        json!({
            "end_user": { "id": "u1", "email": "u@example.com" },
            "organization": { "id": "o1", "display_name": "Org" },
            "tags": { "Team": "x" },
            "allowed_integrations": ["private"],
            "integrations_config_defaults": {
                "private": { "user_scopes": "a,b", "authorization_params": { "p": "v" }, "connection_config": { "webhook_url": "https://hooks.example" } },
            },
            "overrides": { "private": { "docs_connect": "https://docs.example/private" } },
        }),
    );
    let opened = opened.await.expect(StatusCode::CREATED);
    let token = opened["data"]["token"].as_str().unwrap();
    let digits = token.strip_prefix("nango_connect_session_").unwrap();
    assert!(digits.len() == 64 && digits.bytes().all(|b| b.is_ascii_hexdigit()), "{token}");
    assert_eq!(opened["data"]["connect_link"], format!("http://localhost:3003/connect/?session_token={token}"));
    assert_eq!(opened["data"]["expires_at"], "2026-01-31T12:30:00.000Z");

    let shown = app.get_with_key("/connect/session", token).await;
    assert_eq!(shown.headers["cache-control"], "no-store");
    let shown = shown.expect(StatusCode::OK)["data"].take();
    assert_eq!(shown["endUser"]["id"], "u1");
    assert_eq!(shown["endUser"]["organization"], json!({ "id": "o1", "display_name": "Org" }));
    assert_eq!(shown["connectUISettings"]["defaultTheme"], "system");
    assert_eq!(shown["connectUISettings"]["showWatermark"], false);
    assert!(shown["connectUISettings"]["theme"]["dark"]["primary"].is_string());
    assert_eq!((&shown["isReconnecting"], &shown["websocketsPath"]), (&json!(false), &json!("/")));
    assert_eq!(shown["allowed_integrations"], json!(["private"]));
    assert_eq!(shown["integrations_config_defaults"]["private"]["user_scopes"], "a,b");
    assert_eq!(shown["overrides"], json!({ "private": { "docs_connect": "https://docs.example/private" } }));
    assert_eq!((&shown["tags"]["team"], &shown["tags"]["end_user_email"]), (&json!("x"), &json!("u@example.com")));
    assert_eq!(shown["webhook_url_override"], "https://hooks.example");

    let listed = app.get_with_key("/integrations", token).await.expect(StatusCode::OK);
    let keys: Vec<&str> = listed["data"].as_array().unwrap().iter().map(|row| row["unique_key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["private"]);
    assert_eq!(app.get_with_key("/providers/private-api-bearer", token).await.status, StatusCode::OK);
    assert_eq!(app.get_with_key("/providers", token).await.status, StatusCode::OK);

    let end =
        || app.send(Request::delete("/connect/session").header("authorization", format!("Bearer {token}")).body(Body::empty()).unwrap());
    assert_eq!(end().await.status, StatusCode::NO_CONTENT);
    assert_eq!(end().await.refusal(), refused(401, "unknown_connect_session_token"));
    assert_eq!(app.get_with_key("/connect/session", token).await.refusal(), refused(401, "unknown_connect_session_token"));
}

#[tokio::test]
async fn a_session_needs_somebody_and_names_what_exists() {
    let app = app().await;
    for (body, path) in [
        (json!({}), json!(["end_user"])),
        (json!({ "tags": {} }), json!(["end_user"])),
        (json!({ "end_user": { "id": "" } }), json!(["end_user", "id"])),
        (json!({ "end_user": { "id": "u", "email": "nobody" } }), json!(["end_user", "email"])),
        (json!({ "end_user": { "id": "u", "name": "x" } }), json!(["end_user"])),
        (json!({ "tags": { "a": "b" }, "organization": { "id": "o" } }), json!(["organization"])),
        (json!({ "end_user": { "id": "u" }, "organization": { "id": "" } }), json!(["organization", "id"])),
        (json!({ "tags": { "1": "b" } }), json!(["tags", "1"])),
        (json!({ "tags": { "end_user_email": "b" } }), json!(["tags", "end_user_email"])),
        (json!({ "tags": { "a": "b" }, "allowed_integrations": [] }), json!(["allowed_integrations"])),
        (json!({ "tags": { "a": "b" }, "allowed_integrations": ["plain", "nope"] }), json!(["allowed_integrations", "1"])),
        (json!({ "tags": { "a": "b" }, "allowed_integrations": ["a/b"] }), json!(["allowed_integrations", "0"])),
        (json!({ "tags": { "a": "b" }, "integrations_config_defaults": { "nope": {} } }), json!(["integrations_config_defaults", "nope"])),
        (
            json!({ "tags": { "a": "b" }, "integrations_config_defaults": { "plain": { "scopes": "x" } } }),
            json!(["integrations_config_defaults", "plain"]),
        ),
        (
            json!({ "tags": { "a": "b" }, "overrides": { "plain": { "docs_connect": "http://x.y" } } }),
            json!(["overrides", "plain", "docs_connect"]),
        ),
        (json!({ "tags": { "a": "b" }, "webhook_url_override": "nowhere" }), json!(["webhook_url_override"])),
        (json!({ "tags": { "a": "b" }, "return_to": "javascript:alert(1)" }), json!(["return_to"])),
        (json!({ "tags": { "a": "b" }, "connection_id": "c1" }), json!([])),
    ] {
        let answer = app.post("/connect/sessions", body).await;
        assert_eq!(answer.refusal(), refused(400, "invalid_body"), "{}", answer.text);
        assert_eq!(answer.json()["error"]["errors"][0]["path"], path, "{}", answer.text);
    }
    let nope = app.post("/connect/sessions", json!({ "tags": { "a": "b" }, "allowed_integrations": ["nope"] })).await;
    assert_eq!(nope.json()["error"]["errors"][0]["message"], "Integration does not exist");
    app.add_key("reader", &["environment:connections:*"]).await;
    let request = Request::post("/connect/sessions").header("authorization", "reader").body(Body::from(r#"{"tags":{"a":"b"}}"#)).unwrap();
    assert_eq!(app.send(request).await.refusal(), refused(403, "forbidden"));
}

#[tokio::test]
async fn a_reconnect_session_knows_its_connection() {
    let app = app().await;
    let body = |connection: &str, integration: &str| json!({ "connection_id": connection, "integration_id": integration });
    for (connection, integration) in [("nope", "plain"), ("c1", "nope"), ("c1", "private")] {
        let answer = app.post("/connect/sessions/reconnect", body(connection, integration)).await;
        assert_eq!(answer.refusal(), refused(400, "invalid_body"));
        assert!(answer.text.contains("ConnectionID or IntegrationId does not exists"), "{}", answer.text);
    }
    assert_eq!(app.post("/connect/sessions/reconnect", json!({ "connection_id": "c1" })).await.refusal(), refused(400, "invalid_body"));
    let opened = app.post("/connect/sessions/reconnect", body("c1", "plain")).await.expect(StatusCode::CREATED);
    let token = opened["data"]["token"].as_str().unwrap();
    let shown = app.get_with_key("/connect/session", token).await.expect(StatusCode::OK);
    assert_eq!((&shown["data"]["isReconnecting"], &shown["data"]["allowed_integrations"]), (&json!(true), &json!(["plain"])));
}

#[tokio::test]
async fn a_token_opens_only_what_it_is_for() {
    let app = app().await;
    let token = app.session(json!({})).await;
    assert_eq!(app.get_with_key("/connections", &token).await.refusal(), refused(401, "invalid_secret_key_format"));
    assert_eq!(app.get_with_key("/integrations/plain", &token).await.refusal(), refused(401, "invalid_secret_key_format"));
    assert_eq!(app.get_with_key("/connect/session", KEY).await.refusal(), refused(401, "invalid_connect_session_token_format"));
    let almost = format!("{}G", &token[..token.len() - 1]);
    assert_eq!(app.get_with_key("/connect/session", &almost).await.refusal(), refused(401, "invalid_connect_session_token_format"));
    let unknown = format!("nango_connect_session_{}", "0".repeat(64));
    for path in ["/connect/session", "/integrations", "/providers"] {
        assert_eq!(app.get_with_key(path, &unknown).await.refusal(), refused(401, "unknown_connect_session_token"), "{path}");
        assert_eq!(
            app.send(Request::get(path).body(Body::empty()).unwrap()).await.refusal(),
            refused(401, "missing_auth_header"),
            "{path}"
        );
    }
    app.clock.advance(Duration::from_mins(30));
    assert_eq!(app.get_with_key("/connect/session", &token).await.refusal(), refused(401, "unknown_connect_session_token"));
}

#[tokio::test]
async fn what_people_do_on_the_page_is_taken_down_if_it_makes_sense() {
    let app = app().await;
    let token = app.session(json!({})).await;
    let tell = |change: Value| {
        let mut body = json!({ "token": token, "event": "view:list", "timestamp": "2026-01-31T12:00:00.000Z" });
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        app.send(Request::post("/connect/telemetry").header("content-type", "application/json").body(Body::from(body.to_string())).unwrap())
    };
    for change in [
        json!({}),
        json!({ "timestamp": 1_769_860_800_000_i64 }),
        json!({ "event": "popup:closed_early", "dimensions": { "integration": "plain" } }),
    ] {
        assert_eq!(tell(change.clone()).await.status, StatusCode::NO_CONTENT, "{change}");
    }
    for change in [
        json!({ "event": "view:nothing" }),
        json!({ "timestamp": "2026-01-31T09:59:59Z" }),
        json!({ "timestamp": "2026-01-31T14:00:01Z" }),
        json!({ "timestamp": i64::MAX }),
        json!({ "timestamp": "noon" }),
        json!({ "dimensions": { "integration": "a/b" } }),
        json!({ "dimensions": { "user": "x" } }),
    ] {
        assert_eq!(tell(change.clone()).await.refusal(), refused(400, "invalid_body"), "{change}");
    }
    assert_eq!(tell(json!({ "token": "guess" })).await.refusal(), refused(401, "invalid_connect_session_token_format"));
    let unknown = format!("nango_connect_session_{}", "0".repeat(64));
    assert_eq!(tell(json!({ "token": unknown })).await.refusal(), refused(401, "unknown_connect_session_token"));
}
