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
        "on_async_action_completion": false, "on_sync_completion_always": false, "on_sync_error": false, "previous_key_valid_until": null,
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

#[tokio::test]
async fn deliveries_are_shown_and_sent_again() {
    let app = TestApp::new().await;
    let operator = Operator::of(&app).await;
    operator.get("/console/dev/webhooks/deliveries").await.says(StatusCode::OK, "No webhooks");
    let now = app.clock.now();
    let telling = syncline_store::NewJob {
        kind: syncline_domain::JobKind::NotifyAuth,
        payload: "{}".to_owned(),
        environment: app.environment,
        connection: None,
        sync: None,
        unique_key: None,
        scheduled_at: now,
        max_attempts: 1,
        now,
    };
    app.store.jobs().enqueue(telling).await.unwrap();
    let job = claimed(&app).await;
    let delivery = syncline_store::NewDelivery {
        environment: app.environment,
        kind: syncline_domain::WebhookKind::Sync,
        connection: None,
        url: "https://a.example/hook".to_owned(),
        body: r#"{"type":"sync"}"#.to_owned(),
        headers: Vec::new(),
        now,
    };
    let id = app.store.webhook_deliveries().insert_all(job.fence(), vec![delivery], now).await.unwrap()[0];
    let job = claimed(&app).await;
    let begun = app.store.webhook_deliveries().begin(job.fence(), id, now).await.unwrap();
    let syncline_store::BegunDelivery::Attempt(_, started) = begun else { panic!("{begun:?}") };
    let page = format!("/console/dev/webhooks/deliveries/{id}");
    operator.post(&format!("{page}/replay"), &[]).await.says(StatusCode::CONFLICT, "being sent at this moment");
    let gone = syncline_store::DeliveryAttempt {
        status: Some(410),
        error: None,
        answer: Some("<b>gone</b>".to_owned()),
        verdict: syncline_store::Verdict::Gone,
        random: 0,
        now,
    };
    app.store.webhook_deliveries().end(job.fence(), started, gone).await.unwrap();
    let list = operator.get("/console/dev/webhooks/deliveries?state=undeliverable").await;
    list.says(StatusCode::OK, "it answered 410");
    assert!(list.text.contains(&page), "{}", list.text);
    operator.get("/console/dev/webhooks/deliveries?state=delivered").await.says(StatusCode::OK, "No webhooks");
    for (query, is_found) in
        [("since=1h", true), ("until=1h", false), ("until=2030-01-01&since=2026-01-31+12:00", true), ("since=2030-01-01", false)]
    {
        let found = operator.get(&format!("/console/dev/webhooks/deliveries?{query}")).await;
        assert_eq!(found.text.contains(&format!("deliveries/{id}\"")), is_found, "{query}: {}", found.text);
    }
    operator.get("/console/dev/webhooks/deliveries?since=noon").await.says(StatusCode::OK, "is no time");
    operator.get(&page).await.says(StatusCode::OK, "gone&");
    operator.post(&format!("{page}/replay"), &[]).await.says(StatusCode::CONFLICT, "is disabled");
    let endpoint = app.get("/webhooks/endpoints").await.expect(StatusCode::OK)["data"][0]["id"].as_str().unwrap().to_owned();
    let enable = format!("/console/dev/webhooks/endpoints/{endpoint}/enable");
    operator.post(&enable, &[]).await.leads_to("/console/dev/webhooks/deliveries?done=enabled");
    operator.post(&format!("{page}/replay"), &[]).await.leads_to(&format!("{page}?done=replayed"));
    assert_eq!(app.get(&format!("/webhooks/deliveries/{id}")).await.expect(StatusCode::OK)["data"]["state"], "waiting");
    operator.get("/console/dev/webhooks/deliveries/999").await.says(StatusCode::NOT_FOUND, "no such webhook");
}

async fn claimed(app: &TestApp) -> syncline_store::JobRow {
    let kinds = vec![syncline_domain::JobKind::NotifyAuth, syncline_domain::JobKind::DeliverWebhook];
    let lease = std::time::Duration::from_mins(1);
    let claim = syncline_store::Claim { owner: "test".to_owned(), kinds, limit: 1, lease, now: app.clock.now() };
    app.store.jobs().claim(claim).await.unwrap().pop().unwrap()
}
