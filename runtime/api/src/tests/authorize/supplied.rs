use super::*;

async fn app() -> TestApp {
    let app = TestApp::connected().await;
    for (provider, key) in [("private-api-bearer", "private"), ("private-api-basic", "basic"), ("github", "github")] {
        app.post("/integrations", json!({ "provider": provider, "unique_key": key })).await.expect(StatusCode::OK);
    }
    app
}

#[tokio::test]
async fn credentials_that_are_typed_in_make_a_connection_once() {
    let app = app().await;
    let session = json!({ "end_user": { "id": "u1" }, "tags": { "team": "x" }, "integrations_config_defaults": { "private": { "connection_config": { "baseUrl": "https://preset.example" } } } });
    let token = app.session(session).await;
    let path =
        format!("/api-auth/api-key/private?connect_session_token={token}&params[baseUrl]=https%3A%2F%2Fasked.example&params[other]=o");
    let made = app.browser_post(&path, r#"{"apiKey":"k1"}"#).await;
    assert_eq!(made.headers["access-control-allow-origin"], "*");
    let made = made.expect(StatusCode::OK);
    assert_eq!((&made["providerConfigKey"], &made["isPending"]), (&json!("private"), &json!(false)));
    let connection = made["connectionId"].as_str().unwrap();
    let shown = app.get(&format!("/connections/{connection}?provider_config_key=private")).await.expect(StatusCode::OK);
    assert_eq!(shown["credentials"], json!({ "type": "API_KEY", "apiKey": "k1" }));
    assert_eq!(
        (&shown["connection_config"]["baseUrl"], &shown["connection_config"]["other"]),
        (&json!("https://preset.example"), &json!("o"))
    );
    assert_eq!(
        (&shown["end_user"]["id"], &shown["tags"]["team"], &shown["tags"]["end_user_id"]),
        (&json!("u1"), &json!("x"), &json!("u1"))
    );
    assert_eq!(shown["errors"], json!([]));

    // O5: a session makes one connection, and then only answers questions.
    let again = app.browser_post(&path, r#"{"apiKey":"k2"}"#).await;
    assert_eq!(again.refusal(), refused(401, "unknown_connect_session_token"));
    assert_eq!(app.get_with_key("/connect/session", &token).await.status, StatusCode::OK);
    let listed = app.get("/connections?integrationId=private").await.expect(StatusCode::OK);
    assert_eq!(listed["connections"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn nothing_to_type_in_is_an_empty_body_that_says_it_is_json() {
    let app = app().await;
    let token = app.session(json!({})).await;
    let made = app.browser_post(&format!("/auth/unauthenticated/plain?connect_session_token={token}"), "").await.expect(StatusCode::OK);
    assert_eq!(made["providerConfigKey"], "plain");
    let token = app.session(json!({})).await;
    let made = app.browser_post(&format!("/api-auth/basic/basic?connect_session_token={token}"), r#"{"username":"u"}"#).await;
    assert_eq!(made.expect(StatusCode::OK)["providerConfigKey"], "basic");
}

#[tokio::test]
async fn a_reconnect_keeps_the_connection_and_changes_its_credentials() {
    let app = app().await;
    let import = json!({ "provider_config_key": "private", "connection_id": "old", "metadata": { "m": 1 }, "tags": { "a": "b" }, "credentials": { "type": "API_KEY", "apiKey": "k1" } });
    app.post("/connections", import).await.expect(StatusCode::CREATED);
    let opened = app
        .post("/connect/sessions/reconnect", json!({ "connection_id": "old", "integration_id": "private" }))
        .await
        .expect(StatusCode::CREATED);
    let token = opened["data"]["token"].as_str().unwrap();
    let made = app.browser_post(&format!("/api-auth/api-key/private?connect_session_token={token}"), r#"{"apiKey":"k2"}"#).await;
    assert_eq!(made.expect(StatusCode::OK)["connectionId"], "old");
    let shown = app.get("/connections/old?provider_config_key=private").await.expect(StatusCode::OK);
    assert_eq!(
        (&shown["credentials"]["apiKey"], &shown["metadata"], &shown["tags"]),
        (&json!("k2"), &json!({ "m": 1 }), &json!({ "a": "b" }))
    );

    let opened = app
        .post("/connect/sessions/reconnect", json!({ "connection_id": "old", "integration_id": "private" }))
        .await
        .expect(StatusCode::CREATED);
    let token = opened["data"]["token"].as_str().unwrap();
    app.request(Method::DELETE, "/connections/old?provider_config_key=private", None).await.expect(StatusCode::OK);
    let late = app.browser_post(&format!("/api-auth/api-key/private?connect_session_token={token}"), r#"{"apiKey":"k3"}"#).await;
    assert_eq!(late.refusal(), refused(400, "invalid_connection"));
}

#[tokio::test]
async fn each_mistake_has_its_status_and_code() {
    let app = app().await;
    let token = app.session(json!({ "allowed_integrations": ["private", "github"] })).await;
    let with = |path: &str| format!("{path}?connect_session_token={token}");
    for (path, body, status, code) in [
        (with("/api-auth/api-key/nope"), r#"{"apiKey":"k"}"#, 404, "unknown_provider_config"),
        (with("/api-auth/api-key/a%2Fb"), r#"{"apiKey":"k"}"#, 404, "unknown_provider_config"),
        (with("/oauth2/auth/nope"), r#"{"client_id":"i","client_secret":"s"}"#, 400, "unknown_provider_config"),
        (with("/auth/unauthenticated/plain"), "", 400, "integration_not_allowed"),
        (with("/api-auth/basic/private"), r#"{"username":"u"}"#, 400, "invalid_auth_mode"),
        (with("/oauth2/auth/github"), r#"{"client_id":"i"}"#, 400, "invalid_auth_mode"),
        (with("/api-auth/api-key/private"), "{}", 400, "invalid_body"),
        (with("/api-auth/api-key/private"), r#"{"apiKey":7}"#, 400, "invalid_body"),
        (with("/api-auth/api-key/private"), "{", 400, "invalid_json"),
        (with("/api-auth/api-key/private"), "null", 400, "invalid_json"),
        (with("/auth/oauth-outbound/github"), "", 400, "outbound_installation_not_supported"),
        (format!("{}&connection_id=mine", with("/api-auth/api-key/private")), r#"{"apiKey":"k"}"#, 400, "invalid_query_params"),
        (format!("{}&parms[a]=b", with("/api-auth/api-key/private")), r#"{"apiKey":"k"}"#, 400, "invalid_query_params"),
        (format!("{}&params[a][b]=c", with("/api-auth/api-key/private")), r#"{"apiKey":"k"}"#, 400, "invalid_query_params"),
        (format!("{}&credentials[secret]=c", with("/api-auth/api-key/private")), r#"{"apiKey":"k"}"#, 400, "invalid_query_params"),
        ("/api-auth/api-key/private".to_owned(), r#"{"apiKey":"k"}"#, 401, "missing_connect_session_token"),
        (format!("/api-auth/api-key/private?public_key={KEY}"), r#"{"apiKey":"k"}"#, 401, "deprecated_authentication"),
        ("/api-auth/api-key/private?connect_session_token=guess".to_owned(), "{", 401, "invalid_connect_session_token_format"),
    ] {
        let answer = app.browser_post(&path, body).await;
        assert_eq!(answer.refusal(), refused(status, code), "{path} {}", answer.text);
    }
    let answer = app.browser_post(&format!("{}&connection_id=mine", with("/api-auth/api-key/private")), "{}").await;
    assert_eq!(answer.json()["error"]["errors"][0]["path"], json!(["connection_id"]));
    for mode in ["two-step", "jwt", "bill", "aws-sigv4", "signature", "tba"] {
        let answer = app.browser_post(&with(&format!("/auth/{mode}/private")), "{}").await;
        assert_eq!(answer.refusal(), refused(400, "invalid_auth_mode"), "{mode}");
    }
    let text = Request::post(with("/api-auth/api-key/private")).header("content-type", "text/plain").body(Body::from("{}")).unwrap();
    assert_eq!(app.send(text).await.refusal(), refused(415, "invalid_content_type"));
}

#[tokio::test]
async fn credentials_that_the_provider_refuses_make_nothing() {
    let app = TestApp::new().await;
    app.post("/integrations", json!({ "provider": "github-pat", "unique_key": "pat" })).await.expect(StatusCode::OK);
    let provider = Provider::start(|_| (401, r#"{"message":"Bad credentials sent: k1"}"#)).await;
    let token = app.session(json!({})).await;
    let path = format!("/api-auth/api-key/pat?connect_session_token={token}&params[baseUrl]={}", provider.url);
    let answer = app.browser_post(&path, r#"{"apiKey":"k1"}"#).await;
    assert_eq!(answer.refusal(), refused(401, "connection_test_failed"));
    assert!(!answer.text.contains("k1"), "{}", answer.text);
    assert_eq!(app.get("/connections").await.expect(StatusCode::OK)["connections"], json!([]));
    // The session made nothing, so its user can try again.
    assert_eq!(app.browser_post(&path, r#"{"apiKey":"k2"}"#).await.refusal(), refused(401, "connection_test_failed"));
}
