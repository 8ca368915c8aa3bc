//! What a customer's server is told, and what happens when it does not listen.

use serde_json::{Value, json};

use crate::both::on_both_databases;
use crate::provider::TOKEN;
use crate::sink::Sink;

fn connection(name: &str, url: &str) -> Value {
    json!({
        "provider_config_key": "fixture", "connection_id": name, "webhook_url_override": url,
        "credentials": { "type": "API_KEY", "apiKey": TOKEN },
    })
}

on_both_databases! {
    async fn a_new_connection_is_told_until_the_receiver_has_it(app: crate::app::App) {
        let sink = Sink::answering(&[503]).await;
        app.post("/connections", connection("ada", &sink.url())).await.ok();
        let got = app.eventually("a second try", || async { Some(sink.all()).filter(|got| got.len() == 2) }).await;
        let (first, second) = (&got[0], &got[1]);
        assert_eq!(first.body, second.body, "the same bytes");
        assert_eq!(first.header("webhook-id"), second.header("webhook-id"), "the same message");
        for name in ["x-nango-signature", "x-nango-hmac-sha256"] {
            assert!(first.header(name).len() == 64 && first.header(name) == second.header(name), "{name}");
        }
        assert!(first.header("webhook-signature").starts_with("v1,"));
        assert_eq!(first.header("content-type"), "application/json");
        assert_eq!(
            first.json(),
            json!({
                "from": "nango", "type": "auth", "connectionId": "ada", "authMode": "API_KEY", "providerConfigKey": "fixture",
                "provider": "stand-in", "environment": "dev", "operation": "creation", "success": true,
            })
        );
    }

    async fn a_receiver_that_refuses_is_not_asked_again(app: crate::app::App) {
        let refusing = Sink::answering(&[410]).await;
        app.post("/connections", connection("ada", &refusing.url())).await.ok();
        app.eventually("the refusal", || async { (refusing.all().len() == 1).then_some(()) }).await;
        app.eventually("the end of the job", || async { app.log().contains("is not sent again").then_some(()) }).await;
        // What comes later arrives, so that the queue went on; nothing else came to the first one.
        let sink = Sink::start().await;
        app.post("/connections", connection("ada", &sink.url())).await.ok();
        let got = app.eventually("the override", || async { Some(sink.all()).filter(|got| !got.is_empty()) }).await;
        assert_eq!(got[0].json()["operation"], "override");
        assert_eq!(refusing.all().len(), 1);
    }
}
