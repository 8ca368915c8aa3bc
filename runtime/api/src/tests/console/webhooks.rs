use super::*;

#[tokio::test]
async fn webhooks_are_set_in_the_console_and_over_the_api_alike() {
    let app = TestApp::new().await;
    let operator = Operator::of(&app).await;
    let bad = operator.post("/console/dev/webhooks", &[("primary_url", "nowhere"), ("on_auth_creation", "true")]).await;
    bad.says(StatusCode::UNPROCESSABLE_ENTITY, "must be an absolute http or https URL");
    assert!(bad.text.contains("value=\"nowhere\""), "what was entered stays: {}", bad.text);
    let fields = [("primary_url", "https://a.example/hook"), ("secondary_url", ""), ("on_auth_creation", "true")];
    operator.post("/console/dev/webhooks", &fields).await.leads_to("/console/dev/webhooks?done=saved");
    operator.get("/console/dev/webhooks?done=saved").await.says(StatusCode::OK, "Saved.");
    let expected = json!({
        "primary_url": "https://a.example/hook", "secondary_url": null, "on_auth_creation": true, "on_auth_refresh_error": false,
        "on_async_action_completion": false,
    });
    assert_eq!(app.get("/environment/webhooks").await.expect(StatusCode::OK)["data"], expected);

    let patch = async |body: Value| app.request(Method::PATCH, "/environment/webhooks", Some(body)).await;
    let changed = patch(json!({ "secondary_url": "https://b.example", "on_auth_refresh_error": true })).await.expect(StatusCode::OK);
    assert_eq!(changed["data"]["primary_url"], "https://a.example/hook");
    assert_eq!(patch(json!({ "primary_url": null })).await.expect(StatusCode::OK)["data"]["primary_url"], Value::Null);
    for wrong in [json!({ "primary_url": "ftp://x" }), json!({ "primary": "https://x" }), json!({ "on_auth_creation": "yes" })] {
        assert_eq!(patch(wrong).await.refusal(), refused(400, "invalid_body"));
    }
}

/// S6
#[tokio::test]
async fn the_signing_key_is_shown_once() {
    let app = TestApp::new().await;
    let operator = Operator::of(&app).await;
    let key = async || app.store.webhook_settings().lookup(app.environment).await.unwrap().signing_key;
    let first = key().await;
    let shown = operator.post("/console/dev/webhooks/rotate", &[]).await;
    let second = key().await;
    assert_ne!(first, second);
    shown.says(StatusCode::OK, second.expose());
    for path in ["/console/dev/webhooks", "/environment/webhooks"] {
        let page = if path.starts_with("/console") { operator.get(path).await } else { app.get(path).await };
        assert!(!page.text.contains(second.expose()) && !page.text.contains("whsec_"), "{}", page.text);
    }
    let rotated = app.post("/environment/webhook-signing-key/rotate", json!({})).await.expect(StatusCode::OK);
    assert_eq!(rotated["data"]["webhook_signing_key"], key().await.expose());
    assert_ne!(second, key().await);
}
