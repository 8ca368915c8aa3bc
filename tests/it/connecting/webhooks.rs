//! What a product's backend is told of its connections.

use reqwest::Method;
use serde_json::json;

use super::Stage;
use crate::both::on_both_databases;
use crate::browser::Browser;
use crate::sink::Sink;

on_both_databases! {
    /// Creation, override, failure and recovery: each once, to both addresses, signed with the environment's key.
    async fn webhooks_tell_of_each_change_and_are_signed(stage: Stage) {
        let (first, second) = (Sink::start().await, Sink::start().await);
        let settings = json!({ "primary_url": first.url(), "secondary_url": second.url() });
        stage.app.call(Method::PATCH, "/environment/webhooks", &[], Some(settings)).await.ok();
        let rotated = stage.app.post("/environment/webhook-signing-key/rotate", json!({})).await.ok();
        let key = rotated["data"]["webhook_signing_key"].as_str().unwrap().to_owned();
        stage.integrate("acme").await;
        let user = json!({ "end_user": { "id": "ada", "email": "ada@example.com", "tags": { "team": "blue" } } });
        let token = stage.session_with("ada", user).await;
        let page = Browser::new().go(&stage.begin_url("acme", &token, ""), None).await;
        assert_eq!(page.status.as_u16(), 200, "{}", page.text);
        let connection = stage.connection_of("ada").await.unwrap();
        let session = stage.app.post("/connect/sessions/reconnect", json!({ "connection_id": connection, "integration_id": "acme" })).await.ok();
        let again = Browser::new().go(&stage.begin_url("acme", session["data"]["token"].as_str().unwrap(), ""), None).await;
        assert_eq!(again.status.as_u16(), 200, "{}", again.text);
        stage.world.plan("/acme/token", crate::authorization::Plan::Status(503, Vec::new()));
        assert!(!stage.read("acme", &connection, "&force_refresh=true").await.status.is_success());
        stage.read("acme", &connection, "&force_refresh=true").await.ok();
        for sink in [&first, &second] {
            stage.app.eventually("four webhooks", || async { (sink.all().len() >= 4).then_some(()) }).await;
            for (operation, outcomes) in [("creation", &[true][..]), ("override", &[true]), ("refresh", &[false, true])] {
                let told = sink.of(&connection, operation);
                let mut successes: Vec<bool> = told.iter().map(|delivery| delivery.json()["success"].as_bool().unwrap()).collect();
                successes.sort_unstable();
                assert_eq!(successes, outcomes, "{operation}");
                for delivery in told {
                    assert!(delivery.is_signed_with(&key), "{delivery:?}");
                    assert!(!delivery.is_signed_with("another key"));
                    let body = delivery.json();
                    assert_eq!((&body["from"], &body["type"], &body["authMode"]), (&json!("nango"), &json!("auth"), &json!("OAUTH2")));
                    assert_eq!((&body["provider"], &body["providerConfigKey"]), (&json!("acme"), &json!("acme")));
                    assert_eq!((&body["environment"], &body["endUser"]["endUserId"]), (&json!("dev"), &json!("ada")));
                }
            }
            assert_eq!(sink.all().len(), 4);
        }
        for (secret, what) in stage.world.secrets() {
            assert!(first.all().iter().all(|delivery| !delivery.body.contains(&secret)), "a webhook holds a {what}");
        }
    }

    /// A session's own address replaces the environment's.
    async fn a_sessions_address_replaces_the_others(stage: Stage) {
        let (usual, own) = (Sink::start().await, Sink::start().await);
        stage.app.call(Method::PATCH, "/environment/webhooks", &[], Some(json!({ "primary_url": usual.url() }))).await.ok();
        stage.integrate("none").await;
        let token = stage.session_with("ada", json!({ "webhook_url_override": own.url() })).await;
        let made = stage.supply("/auth/unauthenticated/none", &token, &[], json!({})).await.ok();
        let connection = made["connectionId"].as_str().unwrap();
        stage.app.eventually("webhook", || async { own.of(connection, "creation").into_iter().next() }).await;
        assert!(usual.all().is_empty());
    }
}
