//! Credentials that end: renewed when they are asked for, or refused with a reason.

use super::*;

/// An integration `github` and a connection `c1` with a token that ended an hour ago.
async fn app(provider: &Provider) -> TestApp {
    let app = TestApp::new().await;
    let client = json!({ "type": "OAUTH2", "client_id": "ci", "client_secret": "cs" });
    app.post("/integrations", json!({ "provider": "github", "unique_key": "github", "credentials": client })).await.expect(StatusCode::OK);
    let import = json!({
        "provider_config_key": "github", "connection_id": "c1", "connection_config": { "webUrl": provider.url },
        "credentials": { "type": "OAUTH2", "access_token": "at0", "refresh_token": "refresh-token-canary", "expires_at": "2026-01-31T11:00:00.000Z" },
    });
    app.post("/connections", import).await.expect(StatusCode::CREATED);
    app
}

const PATH: &str = "/connections/c1?provider_config_key=github";

#[tokio::test]
async fn a_token_that_has_ended_is_renewed_before_it_is_handed_out() {
    let provider = Provider::start(|_| (200, r#"{"access_token":"at1","refresh_token":"rt1","expires_in":3600}"#)).await;
    let app = app(&provider).await;
    let shown = app.get(&format!("{PATH}&refresh_token=true")).await.expect(StatusCode::OK);
    assert_eq!((&shown["credentials"]["access_token"], &shown["credentials"]["refresh_token"]), (&json!("at1"), &json!("rt1")));
    assert_eq!(shown["errors"], json!([]));
    app.get(PATH).await.expect(StatusCode::OK);
    assert_eq!(provider.requests(), 1, "it is good for another hour");
    app.get(&format!("{PATH}&force_refresh=true")).await.expect(StatusCode::OK);
    assert_eq!(provider.requests(), 2);
}

/// O6
#[tokio::test]
async fn a_token_that_cannot_be_renewed_is_refused_with_its_connection() {
    let provider = Provider::start(|_| (400, r#"{"error":"invalid_grant","error_description":"revoked refresh-token-canary"}"#)).await;
    let app = app(&provider).await;
    let refused_now = app.get(PATH).await;
    assert_eq!(refused_now.refusal(), refused(400, "invalid_credentials"));
    let body = refused_now.json();
    let connection = &body["error"]["payload"]["connection"];
    assert_eq!((&connection["connection_id"], &connection["credentials"]), (&json!("c1"), &json!({})));
    assert_eq!(connection["errors"][0]["type"], "auth");
    assert!(!refused_now.text.contains("refresh-token-canary"), "{}", refused_now.text);

    // Asked again, nobody asks the provider again.
    assert_eq!(app.get(PATH).await.refusal(), refused(424, "invalid_credentials"));
    assert_eq!(provider.requests(), 1);
    let listed = app.get("/connections").await.expect(StatusCode::OK);
    let log_id = &listed["connections"][0]["errors"][0]["log_id"];
    assert_eq!(log_id, &connection["errors"][0]["log_id"]);

    // A reader without the right to credentials sees the connection and its trouble.
    app.add_key("reader", &["environment:connections:read"]).await;
    let shown = app.get_with_key(PATH, "reader").await.expect(StatusCode::OK);
    assert_eq!((&shown["errors"][0]["log_id"], &shown["credentials"]), (log_id, &json!({})));
}
