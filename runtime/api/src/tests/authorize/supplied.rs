use super::*;

async fn app() -> TestApp {
    let app = TestApp::connected().await;
    for (provider, key) in [("private-api-bearer", "private"), ("private-api-basic", "basic"), ("github", "github")] {
        app.post("/integrations", json!({ "provider": provider, "unique_key": key })).await.expect(StatusCode::OK);
    }
    app
}

#[tokio::test]
async fn nothing_to_type_in_is_an_empty_body_that_says_it_is_json() {
    let app = app().await;
    let token = app.session(json!({})).await;
    let made = app.browser_post(&format!("/auth/unauthenticated/plain?connect_session_token={token}"), "").await.expect(StatusCode::OK);
    assert_eq!(made["providerConfigKey"], "plain");
}

#[tokio::test]
async fn each_mistake_has_its_status_and_code() {
    let app = app().await;
    let token = app.session(json!({ "allowed_integrations": ["private", "github"] })).await;
    let with = |path: &str| format!("{path}?connect_session_token={token}");
    for (path, body, status, code) in [
        (with("/api-auth/api-key/nope"), r#"{"apiKey":"k"}"#, 404, "unknown_provider_config"),
        (with("/api-auth/api-key/a%2Fb"), r#"{"apiKey":"k"}"#, 404, "unknown_provider_config"),
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
