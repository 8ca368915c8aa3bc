//! Where a product's backend takes webhooks in.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::authorization::hex;

/// Keeps everything that it is sent, and answers as planned.
#[derive(Clone)]
pub(crate) struct Sink {
    address: SocketAddr,
    received: Arc<Mutex<Vec<Delivery>>>,
    /// Nothing: never.
    answers: Arc<Mutex<VecDeque<Option<StatusCode>>>>,
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
        self.find(name).unwrap_or_else(|| panic!("no {name}: {:?}", self.headers))
    }

    pub(crate) fn find(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Whether one of the signatures of Standard Webhooks is of this key.
    pub(crate) fn is_signed_by_standard_with(&self, key: &str) -> bool {
        let mut mac = Hmac::<Sha256>::new_from_slice(&BASE64_STANDARD.decode(key.strip_prefix("whsec_").unwrap()).unwrap()).unwrap();
        mac.update(format!("{}.{}.{}", self.header("webhook-id"), self.header("webhook-timestamp"), self.body).as_bytes());
        let expected = format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()));
        self.header("webhook-signature").split(' ').any(|signature| signature == expected)
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
        Self::planned(statuses.iter().map(|status| Some(StatusCode::from_u16(*status).unwrap())).collect()).await
    }

    /// Leaves the first request without an answer for ever.
    pub(crate) async fn holding_the_first() -> Self {
        Self::planned(VecDeque::from([None])).await
    }

    async fn planned(answers: VecDeque<Option<StatusCode>>) -> Self {
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
    let answer = sink.answers.lock().unwrap().pop_front().unwrap_or(Some(StatusCode::NO_CONTENT));
    match answer {
        Some(status) => status,
        None => std::future::pending().await,
    }
}
