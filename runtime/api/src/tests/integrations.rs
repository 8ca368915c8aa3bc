use super::*;

#[tokio::test]
async fn an_integration_shows_its_credentials_only_when_asked() {
    let app = TestApp::new().await;
    let credentials = json!({ "type": "OAUTH2", "client_id": "ci", "client_secret": "cs" });
    let create = json!({ "provider": "slack", "unique_key": "slack", "credentials": credentials });
    let made = app.post("/integrations", create.clone()).await.expect(StatusCode::OK);
    assert_eq!(made["data"]["logo"], "http://localhost:3003/providers/slack/logo.svg");
    assert_eq!(app.post("/integrations", create).await.refusal(), refused(400, "invalid_body"));
    assert_eq!(app.post("/integrations", json!({ "provider": "nope", "unique_key": "x" })).await.refusal(), refused(400, "invalid_body"));
    // X6: no path leads there, whoever encodes it.
    for key in [".", ".."] {
        let answer = app.post("/integrations", json!({ "provider": "slack", "unique_key": key })).await;
        assert!(answer.text.contains("has no place in a URL"), "{}", answer.text);
        assert_eq!(answer.refusal(), refused(400, "invalid_body"));
        let renamed = app.request(Method::PATCH, "/integrations/slack", Some(json!({ "unique_key": key }))).await;
        assert_eq!(renamed.refusal(), refused(400, "invalid_body"));
    }
    assert!(!app.get("/integrations").await.text.contains("\"cs\""));
    assert!(!app.get("/integrations/slack").await.text.contains("\"cs\""));
    let shown = app.get("/integrations/slack?include=credentials").await.expect(StatusCode::OK);
    assert_eq!(shown["data"]["credentials"]["client_secret"], "cs");
    app.request(Method::PATCH, "/integrations/slack", Some(json!({ "unique_key": "chat" }))).await.expect(StatusCode::OK);
    assert_eq!(app.get("/integrations/slack").await.refusal(), refused(404, "not_found"));
    assert_eq!(app.request(Method::DELETE, "/integrations/chat", None).await.expect(StatusCode::OK), json!({ "success": true }));
}

/// Every kind of client, and the settings that an entry asks for beside it.
#[tokio::test]
async fn each_auth_mode_has_its_own_settings() {
    let app = TestApp::new().await;
    let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----";
    let oauth = |mode: &str| json!({ "type": mode, "client_id": "ci", "client_secret": "cs", "scopes": "a,b", "webhook_secret": "ws" });
    for (provider, client) in [
        ("slack", oauth("OAUTH2")),
        ("trello", oauth("OAUTH1")),
        ("netsuite-tba", oauth("TBA")),
        ("github-app", json!({ "type": "APP", "app_id": "7", "app_link": "https://github.com/apps/acme", "private_key": key })),
        (
            "github-app-oauth",
            json!({ "type": "CUSTOM", "client_id": "ci", "client_secret": "cs", "app_id": "7", "app_link": "https://github.com/apps/acme", "private_key": key }),
        ),
        ("hubspot-mcp", json!({ "type": "MCP_OAUTH2", "client_id": "ci", "client_secret": "cs", "scopes": null })),
    ] {
        let body = json!({ "provider": provider, "unique_key": provider, "credentials": client });
        let made = app.post("/integrations", body).await;
        assert!(!made.text.contains("PRIVATE KEY") && !made.text.contains("\"cs\""), "{}", made.text);
        made.expect(StatusCode::OK);
        let shown = app.get(&format!("/integrations/{provider}?include=credentials")).await.expect(StatusCode::OK);
        assert_eq!(shown["data"]["credentials"], client, "{provider}");
        // What is changed beside it leaves it alone.
        let patch = json!({ "display_name": "Renamed", "integration_config": {} });
        app.request(Method::PATCH, &format!("/integrations/{provider}"), Some(patch)).await.expect(StatusCode::OK);
        let shown = app.get(&format!("/integrations/{provider}?include=credentials")).await.expect(StatusCode::OK);
        assert_eq!((&shown["data"]["credentials"], &shown["data"]["display_name"]), (&client, &json!("Renamed")));
    }

    for (provider, body, path) in [
        (
            "github-app",
            json!({ "credentials": { "type": "APP", "app_id": "7", "app_link": "javascript:x", "private_key": key } }),
            json!(["credentials", "app_link"]),
        ),
        ("github-app", json!({ "credentials": oauth("OAUTH2") }), json!(["credentials", "type"])),
        ("mcp-generic", json!({ "credentials": oauth("OAUTH2") }), json!(["credentials", "type"])),
        ("zoom-cc", json!({ "credentials": oauth("OAUTH2") }), json!(["credentials", "type"])),
        ("slack", json!({ "integration_config": { "region": "x" } }), json!(["integration_config", "region"])),
        ("aws-sigv4", json!({}), json!(["integration_config", "service"])),
        ("aws-sigv4", json!({ "integration_config": { "service": "S 3" } }), json!(["integration_config", "service"])),
        ("aws-sigv4", json!({ "integration_config": { "service": 3 } }), json!(["integration_config", "service"])),
    ] {
        let mut body = body;
        body.as_object_mut().unwrap().extend([("provider".to_owned(), json!(provider)), ("unique_key".to_owned(), json!("bad"))]);
        let answer = app.post("/integrations", body).await;
        assert_eq!(answer.refusal(), refused(400, "invalid_body"), "{provider}");
        assert_eq!(answer.json()["error"]["errors"][0]["path"], path, "{}", answer.text);
    }
}

/// S6: the settings of an entry can be keys, so they are sealed and never shown.
#[tokio::test]
async fn an_entrys_settings_are_kept_and_hidden() {
    let app = TestApp::new().await;
    let config = json!({ "service": "s3", "access_key_id": "AKIA1", "secret_access_key": "sak-canary" });
    let create = json!({ "provider": "aws-sigv4", "unique_key": "aws", "integration_config": config });
    app.post("/integrations", create).await.expect(StatusCode::OK);
    app.request(Method::PATCH, "/integrations/aws", Some(json!({ "integration_config": { "service": "sqs" } })))
        .await
        .expect(StatusCode::OK);
    for path in ["/integrations", "/integrations/aws", "/integrations/aws?include=credentials"] {
        let answer = app.get(path).await;
        assert!(answer.status == StatusCode::OK && !answer.text.contains("sak-canary"), "{}", answer.text);
    }
    let key = syncline_domain::IntegrationKey::new("aws").unwrap();
    let row = app.store.integrations().lookup(app.environment, &key).await.unwrap().unwrap();
    let stored: Value = serde_json::from_str(row.credentials.as_ref().unwrap().expose()).unwrap();
    assert_eq!((&stored["service"], &stored["secret_access_key"], row.custom), (&json!("sqs"), &json!("sak-canary"), None));
}

/// O7: the document is the integration's id at authorization servers, so it says exactly what they will compare.
#[tokio::test]
async fn a_client_without_registration_describes_itself() {
    let app = TestApp::at("https://connect.example").await;
    for (provider, key) in [("linear-mcp", "linear mcp"), ("slack", "slack")] {
        app.post("/integrations", json!({ "provider": provider, "unique_key": key })).await.expect(StatusCode::OK);
    }
    let environment = app.store.environments().lookup(app.environment).await.unwrap().unwrap().uuid;
    let path = format!("/oauth/client-metadata/{environment}/linear%20mcp");
    let answer = app.browser_get(&path, None).await;
    assert_eq!(answer.headers["cache-control"], "public, max-age=300");
    let document = answer.expect(StatusCode::OK);
    assert_eq!(document["client_id"], format!("https://connect.example{path}"));
    assert_eq!(document["redirect_uris"], json!(["https://connect.example/oauth/callback"]));
    assert_eq!(document["token_endpoint_auth_method"], "none");
    let nil = "00000000-0000-0000-0000-000000000000";
    for path in [format!("{environment}/slack"), format!("{environment}/nope"), format!("{nil}/linear%20mcp"), "x/linear%20mcp".to_owned()]
    {
        let answer = app.browser_get(&format!("/oauth/client-metadata/{path}"), None).await;
        assert_eq!(answer.refusal(), refused(404, "unknown_provider_config"), "{path}");
    }
}
