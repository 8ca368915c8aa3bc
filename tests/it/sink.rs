//! Where a product's backend takes webhooks in.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::authorization::hex;

/// Keeps everything that it is sent, and answers as planned.
#[derive(Clone)]
pub(crate) struct Sink {
    address: SocketAddr,
    received: Arc<Mutex<Vec<Delivery>>>,
    answers: Arc<Mutex<VecDeque<StatusCode>>>,
}

/// One request, to the byte.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    headers: HeaderMap,
    pub(crate) body: String,
}

impl Delivery {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name}: {:?}", self.headers)).to_str().unwrap()
    }

    /// Whether both signatures are of this key and this body.
    pub(crate) fn is_signed_with(&self, key: &str) -> bool {
        let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
        mac.update(self.body.as_bytes());
        let legacy = hex(&Sha256::digest(format!("{key}{}", self.body)));
        self.header("x-nango-hmac-sha256") == hex(&mac.finalize().into_bytes()) && self.header("x-nango-signature") == legacy
    }
}

impl Sink {
    pub(crate) async fn start() -> Self {
        Self::answering(&[]).await
    }

    /// With the first statuses that it answers; the rest is 204.
    pub(crate) async fn answering(statuses: &[u16]) -> Self {
        let answers = statuses.iter().map(|status| StatusCode::from_u16(*status).unwrap()).collect();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let sink = Self { address: listener.local_addr().unwrap(), received: Arc::default(), answers: Arc::new(Mutex::new(answers)) };
        let router = Router::new().route("/hooks", post(take)).with_state(sink.clone());
        #[expect(clippy::disallowed_methods, reason = "a test's server ends with its runtime")]
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        sink
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hooks", self.address)
    }

    pub(crate) fn all(&self) -> Vec<Delivery> {
        self.received.lock().unwrap().clone()
    }

    /// Those about an operation of a connection: `creation`, `override`, `refresh`.
    pub(crate) fn of(&self, connection: &str, operation: &str) -> Vec<Delivery> {
        let is_about = |body: &Value| body["connectionId"] == connection && body["operation"] == operation;
        self.all().into_iter().filter(|delivery| is_about(&delivery.json())).collect()
    }
}

async fn take(State(sink): State<Sink>, headers: HeaderMap, body: Bytes) -> StatusCode {
    sink.received.lock().unwrap().push(Delivery { headers, body: String::from_utf8(body.to_vec()).unwrap() });
    sink.answers.lock().unwrap().pop_front().unwrap_or(StatusCode::NO_CONTENT)
}
