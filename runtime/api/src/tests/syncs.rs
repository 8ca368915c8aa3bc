use super::*;

impl TestApp {
    pub(super) async fn with_sync(auto_start: bool) -> Self {
        let app = Self::connected().await;
        let sync = json!({ "name": "issues", "kind": "sync", "schedule": "every 1h", "auto_start": auto_start, "models": [{ "name": "Issue", "schema": {} }] });
        app.deploy(vec![sync]).await.expect(StatusCode::OK);
        app
    }

    async fn status(&self) -> Value {
        self.get("/sync/status?syncs=*&provider_config_key=plain&connection_id=c1").await.expect(StatusCode::OK)["syncs"].clone()
    }
}

#[tokio::test]
async fn a_sync_is_paused_started_and_given_another_pace() {
    let app = TestApp::with_sync(true).await;
    let status = app.status().await;
    assert_eq!(
        (&status[0]["name"], &status[0]["variant"], &status[0]["frequency"]),
        (&json!("issues"), &json!("base"), &json!("every 1h"))
    );
    assert!(status[0]["nextScheduledSyncAt"].is_string(), "{status}");

    let body = json!({ "syncs": ["issues"], "provider_config_key": "plain", "connection_id": "c1" });
    assert_eq!(app.post("/sync/pause", body.clone()).await.expect(StatusCode::OK), json!({ "success": true }));
    let status = app.status().await;
    assert_eq!((&status[0]["status"], &status[0]["nextScheduledSyncAt"]), (&json!("PAUSED"), &Value::Null));
    app.post("/sync/start", body.clone()).await.expect(StatusCode::OK);
    assert_eq!(app.status().await[0]["nextScheduledSyncAt"], "2026-01-31T12:00:00.000Z", "never ran, so it is due now");

    let pace = |frequency: Value| {
        let body = json!({ "sync_name": "issues", "provider_config_key": "plain", "connection_id": "c1", "frequency": frequency });
        app.request(Method::PUT, "/sync/update-connection-frequency", Some(body))
    };
    assert_eq!(pace(json!("every 2 hours")).await.expect(StatusCode::OK), json!({ "frequency": "2 hours" }));
    assert_eq!(app.status().await[0]["frequency"], "every 2 hours");
    assert_eq!(pace(Value::Null).await.expect(StatusCode::OK), json!({ "frequency": "every 1h" }));
    assert_eq!(pace(json!("soon")).await.refusal(), refused(400, "invalid_body"));
}

#[tokio::test]
async fn a_sync_that_is_not_there_cannot_be_commanded() {
    let app = TestApp::with_sync(true).await;
    let body = |syncs: Value, connection: &str| json!({ "syncs": syncs, "provider_config_key": "plain", "connection_id": connection });
    assert_eq!(app.post("/sync/trigger", body(json!(["issues"]), "c1")).await.expect(StatusCode::OK), json!({ "success": true }));
    assert_eq!(app.post("/sync/trigger", body(json!(["nope"]), "c1")).await.refusal(), refused(400, "no_syncs_found"));
    assert_eq!(app.post("/sync/trigger", body(json!([]), "c2")).await.refusal(), refused(404, "unknown_connection"));
    let unknown = json!({ "syncs": [], "provider_config_key": "nope" });
    assert_eq!(app.post("/sync/pause", unknown).await.refusal(), refused(400, "unknown_provider_config"));
    let both = json!({ "syncs": ["issues"], "provider_config_key": "plain", "opts": { "reset": true }, "sync_mode": "full_refresh" });
    assert_eq!(app.post("/sync/trigger", both).await.refusal(), refused(400, "invalid_body"));
    assert_eq!(app.get("/sync/status?syncs=nope&provider_config_key=plain").await.expect(StatusCode::OK), json!({ "syncs": [] }));
    assert_eq!(app.get("/sync/status?syncs=*&provider_config_key=plain&connection_id=c2").await.refusal(), refused(400, "invalid_body"));
}

#[tokio::test]
async fn a_variant_is_made_once_and_ended() {
    let app = TestApp::with_sync(false).await;
    let send = |method: Method, path: &'static str| {
        app.request(method, path, Some(json!({ "provider_config_key": "plain", "connection_id": "c1" })))
    };
    let made = send(Method::POST, "/sync/issues/variant/team-a").await.expect(StatusCode::OK);
    assert_eq!((&made["name"], &made["variant"]), (&json!("issues"), &json!("team-a")));
    assert_eq!(send(Method::POST, "/sync/issues/variant/team-a").await.refusal(), refused(400, "sync_variant_already_exists"));
    assert_eq!(send(Method::POST, "/sync/issues/variant/base").await.refusal(), refused(400, "invalid_variant"));
    assert_eq!(send(Method::POST, "/sync/nope/variant/a").await.refusal(), refused(400, "unknown_sync"));
    assert_eq!(send(Method::DELETE, "/sync/issues/variant/team-a").await.expect(StatusCode::OK), json!({ "success": true }));
    assert_eq!(send(Method::DELETE, "/sync/issues/variant/team-a").await.refusal(), refused(404, "not_found"));
}
