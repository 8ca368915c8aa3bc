use super::*;

#[tokio::test]
async fn a_connection_lives_from_import_to_deletion() {
    let app = TestApp::new().await;
    app.post("/integrations", json!({ "provider": "slack", "unique_key": "slack" })).await.expect(StatusCode::OK);
    let import = json!({
        "provider_config_key": "slack", "connection_id": "a/b", "tags": { "Team": "x" }, "end_user": { "id": "u1", "email": "u@example.com" },
        "credentials": { "type": "OAUTH2", "access_token": "at", "refresh_token": "rt" },
    });
    let made = app.post("/connections", import.clone()).await.expect(StatusCode::CREATED);
    assert_eq!(made["connection_id"], "a/b");
    assert!(!made.to_string().contains("rt\""), "{made}");

    let path = "/connections/a%2Fb?provider_config_key=slack";
    let shown = app.get(path).await.expect(StatusCode::OK);
    assert_eq!((&shown["credentials"]["access_token"], &shown["credentials"]["refresh_token"]), (&json!("at"), &Value::Null));
    let shown = app.get(&format!("{path}&refresh_token=true&force_refresh=false")).await.expect(StatusCode::OK);
    assert_eq!(shown["credentials"]["refresh_token"], "rt");

    let list = |query: &str| format!("/connections?{query}");
    for (query, found) in [
        ("endUserId=u1", 1),
        ("tags[team]=x", 1),
        ("tags[end_user_email]=u@example.com", 1),
        ("integrationId=other,slack", 1),
        ("connectionId=nope", 0),
    ] {
        let listed = app.get(&list(query)).await.expect(StatusCode::OK);
        assert_eq!(listed["connections"].as_array().unwrap().len(), found, "{query}");
        assert!(!listed.to_string().contains("access_token"), "{listed}");
    }

    let metadata = |id: Value| json!({ "connection_id": id, "provider_config_key": "slack", "metadata": { "n": 1 } });
    app.post("/connections/metadata", metadata(json!(["a/b"]))).await.expect(StatusCode::CREATED);
    assert_eq!(app.post("/connections/metadata", metadata(json!(["a/b", "c"]))).await.refusal(), refused(404, "unknown_connection"));
    let merged = app.request(
        Method::PATCH,
        "/connections/metadata",
        Some(json!({ "connection_id": "a/b", "provider_config_key": "slack", "metadata": { "m": 2 } })),
    );
    merged.await.expect(StatusCode::OK);
    assert_eq!(app.get(path).await.expect(StatusCode::OK)["metadata"], json!({ "n": 1, "m": 2 }));

    assert_eq!(app.request(Method::PATCH, path, Some(json!({ "tags": { "1": "x" } }))).await.refusal(), refused(400, "invalid_body"));
    app.request(Method::PATCH, path, Some(json!({ "tags": {} }))).await.expect(StatusCode::OK);
    assert_eq!(app.get(path).await.expect(StatusCode::OK)["tags"], json!({}));

    assert_eq!(app.request(Method::DELETE, path, None).await.expect(StatusCode::OK), json!({ "success": true }));
    assert_eq!(app.get(path).await.refusal(), refused(404, "not_found"));
    assert_eq!(app.request(Method::DELETE, path, None).await.refusal(), refused(400, "unknown_connection"));
}

#[tokio::test]
async fn what_cannot_be_imported_is_named() {
    let app = TestApp::connected().await;
    let import = |change: Value| {
        let mut body = json!({ "provider_config_key": "plain", "connection_id": "c2", "credentials": { "type": "NONE" } });
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        body
    };
    assert_eq!(app.post("/connections", import(json!({ "provider_config_key": "none" }))).await.refusal(), refused(404, "not_found"));
    for (change, field) in [
        (json!({ "credentials": { "type": "API_KEY", "apiKey": "k" } }), "credentials"),
        (json!({ "credentials": { "type": "API_KEY" } }), "credentials"),
        (json!({ "credentials": { "type": "JWT" } }), "credentials"),
        (json!({ "connection_id": "" }), "connection_id"),
        (json!({ "metadata": [1] }), "metadata"),
        (json!({ "end_user": { "id": "" } }), "end_user"),
        (json!({ "webhook_url_override": "nowhere" }), "webhook_url_override"),
    ] {
        let answer = app.post("/connections", import(change)).await;
        assert_eq!(answer.refusal(), refused(400, "invalid_body"), "{}", answer.text);
        assert_eq!(answer.json()["error"]["errors"][0]["path"][0], field, "{}", answer.text);
    }
}
