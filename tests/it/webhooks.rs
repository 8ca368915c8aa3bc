//! What a customer's server is told, and what happens when it does not listen.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::{Value, json};

use crate::both::on_both_databases;
use crate::provider::TOKEN;

/// A receiver that answers as planned and remembers what it got.
#[derive(Clone, Default)]
struct Sink {
    got: Arc<Mutex<Vec<(HeaderMap, String)>>>,
    answers: Arc<Mutex<VecDeque<u16>>>,
}

impl Sink {
    /// With the first statuses that it answers; the rest is 200. Returns its URL as well.
    async fn start(answers: &[u16]) -> (Self, String) {
        let sink = Self { answers: Arc::new(Mutex::new(answers.iter().copied().collect())), ..Self::default() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let router = Router::new().route("/hook", post(receive)).with_state(sink.clone());
        #[expect(clippy::disallowed_methods, reason = "a test's server ends with its runtime")]
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (sink, url)
    }

    fn got(&self) -> Vec<(HeaderMap, String)> {
        self.got.lock().unwrap().clone()
    }
}

async fn receive(State(sink): State<Sink>, headers: HeaderMap, body: String) -> StatusCode {
    sink.got.lock().unwrap().push((headers, body));
    StatusCode::from_u16(sink.answers.lock().unwrap().pop_front().unwrap_or(200)).unwrap()
}

fn connection(name: &str, url: &str) -> Value {
    json!({
        "provider_config_key": "fixture", "connection_id": name, "webhook_url_override": url,
        "credentials": { "type": "API_KEY", "apiKey": TOKEN },
    })
}

on_both_databases! {
    async fn a_new_connection_is_told_until_the_receiver_has_it(app: crate::app::App) {
        let (sink, url) = Sink::start(&[503]).await;
        app.post("/connections", connection("ada", &url)).await.ok();
        let got = app.eventually("a second try", || async { Some(sink.got()).filter(|got| got.len() == 2) }).await;
        let (first, second) = (&got[0], &got[1]);
        assert_eq!(first.1, second.1, "the same bytes");
        assert_eq!(first.0["webhook-id"], second.0["webhook-id"], "the same message");
        for name in ["x-nango-signature", "x-nango-hmac-sha256"] {
            assert!(first.0[name].len() == 64 && first.0[name] == second.0[name], "{name}");
        }
        assert!(first.0["webhook-signature"].to_str().unwrap().starts_with("v1,"));
        assert_eq!(first.0["content-type"], "application/json");
        let body: Value = serde_json::from_str(&first.1).unwrap();
        assert_eq!(
            body,
            json!({
                "from": "nango", "type": "auth", "connectionId": "ada", "authMode": "API_KEY", "providerConfigKey": "fixture",
                "provider": "stand-in", "environment": "dev", "operation": "creation", "success": true,
            })
        );
    }

    async fn a_receiver_that_refuses_is_not_asked_again(app: crate::app::App) {
        let (refusing, url) = Sink::start(&[410]).await;
        app.post("/connections", connection("ada", &url)).await.ok();
        app.eventually("the refusal", || async { (refusing.got().len() == 1).then_some(()) }).await;
        app.eventually("the end of the job", || async { app.log().contains("is not sent again").then_some(()) }).await;
        // What comes later arrives, so that the queue went on; nothing else came to the first one.
        let (sink, url) = Sink::start(&[]).await;
        app.post("/connections", connection("ada", &url)).await.ok();
        let got = app.eventually("the override", || async { Some(sink.got()).filter(|got| !got.is_empty()) }).await;
        assert_eq!(serde_json::from_str::<Value>(&got[0].1).unwrap()["operation"], "override");
        assert_eq!(refusing.got().len(), 1);
    }
}
