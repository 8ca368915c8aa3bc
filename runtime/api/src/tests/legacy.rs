//! Endpoints of old clients.

use super::*;

async fn with_key_integration() -> TestApp {
    let app = TestApp::connected().await;
    app.post(
        "/integrations",
        json!({ "provider": "github", "unique_key": "gh", "credentials": { "type": "OAUTH2", "client_id": "i", "client_secret": "s" } }),
    )
    .await
    .expect(StatusCode::OK);
    app
}

#[tokio::test]
async fn old_clients_import_with_everything_side_by_side() {
    let app = with_key_integration().await;
    let flat =
        json!({ "provider_config_key": "gh", "connection_id": "old", "access_token": "t", "metadata": { "a": 1 }, "no_expiration": true });
    let made = app.post("/connection", flat.clone()).await.expect(StatusCode::CREATED);
    assert_eq!(made, flat);
    let shown = app.get("/connection/old?provider_config_key=gh").await.expect(StatusCode::OK);
    assert_eq!((&shown["credentials"]["access_token"], &shown["metadata"]), (&json!("t"), &json!({ "a": 1 })));

    let named = app.post("/connection", json!({ "provider_config_key": "gh", "access_token": "t" })).await.expect(StatusCode::CREATED);
    assert!(uuid::Uuid::parse_str(named["connection_id"].as_str().unwrap()).is_ok(), "{named}");
    let modern = json!({ "provider_config_key": "gh", "connection_id": "new", "credentials": { "type": "OAUTH2", "access_token": "t" } });
    assert!(app.post("/connection", modern).await.expect(StatusCode::CREATED)["id"].is_i64());

    for (body, code) in [
        (json!({ "provider_config_key": "gh" }), "missing_access_token"),
        (json!({ "provider_config_key": "gh", "access_token": "t", "refresh_token": "r" }), "missing_expires_at"),
        (json!({ "provider_config_key": "gh", "access_token": "t", "expires_at": "soon" }), "invalid_expires_at"),
        (json!({ "provider_config_key": "none", "access_token": "t" }), "unknown_provider_config"),
        (json!({ "access_token": "t" }), "invalid_body"),
    ] {
        assert_eq!(app.post("/connection", body.clone()).await.refusal(), refused(400, code), "{body}");
    }
}

#[tokio::test]
async fn old_clients_send_metadata_as_the_body() {
    let app = TestApp::connected().await;
    let patch = |body: Value| app.request(Method::PATCH, "/connection/c1/metadata", Some(body));
    assert_eq!(app.post("/connection/c1/metadata", json!({ "a": 1, "b": 1 })).await.expect(StatusCode::CREATED), json!({ "a": 1, "b": 1 }));
    assert_eq!(patch(json!({ "b": 2 })).await.expect(StatusCode::OK), json!({ "b": 2 }));
    let shown = app.get("/connections/c1?provider_config_key=plain").await.expect(StatusCode::OK);
    assert_eq!(shown["metadata"], json!({ "a": 1, "b": 2 }));
    assert_eq!(
        app.post("/connection/none/metadata?provider_config_key=plain", json!({})).await.refusal(),
        refused(400, "unknown_connection")
    );
    assert_eq!(
        app.post("/connection/c1/metadata?provider_config_key=none", json!({})).await.refusal(),
        refused(400, "unknown_provider_config")
    );
    let unnamed = Request::post("/connection/c1/metadata").header("authorization", KEY).body(Body::from("{}")).unwrap();
    assert_eq!(app.send(unnamed).await.refusal(), refused(400, "missing_provider_config"));
}
