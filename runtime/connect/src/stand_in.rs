//! A provider for the tests of the auth modes, and the setting of an integration of it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Map, Value};
use syncline_domain::{ManualClock, Timestamp};
use syncline_outbound::{EgressPolicy, HttpClient, Options};
use syncline_providers::{Auth, Entry, parse_entry};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use url::{Url, form_urlencoded};

use crate::setting::{Client, Setting};

/// One request that the provider got.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Asked {
    /// The body's pairs.
    pub(crate) fn form(&self) -> BTreeMap<String, String> {
        form_urlencoded::parse(&self.body).into_owned().collect()
    }

    /// The body; `null` if it is no JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// Listens on a port of its own until it is dropped.
pub(crate) struct StandIn {
    pub(crate) url: Url,
    asked: Arc<Mutex<Vec<Asked>>>,
    _tasks: JoinSet<()>,
}

impl StandIn {
    /// `answer` gets the provider's own address too, for answers that speak of it.
    pub(crate) async fn start(answer: impl Fn(&Asked, &Url) -> Response + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (all, own, answer) = (Arc::clone(&asked), url.clone(), Arc::new(answer));
        let app = Router::new().fallback(move |request: Request| {
            let (all, own, answer) = (Arc::clone(&all), own.clone(), Arc::clone(&answer));
            async move {
                let asked = read(request).await;
                all.lock().unwrap().push(asked.clone());
                answer(&asked, &own)
            }
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, asked, _tasks: tasks }
    }

    /// One answer to everything.
    pub(crate) async fn always(status: u16, content_type: &'static str, body: impl Into<String>) -> Self {
        let body = body.into();
        Self::start(move |_, _| reply(status, content_type, body.clone())).await
    }

    /// An address of the provider.
    pub(crate) fn at(&self, path: &str) -> Url {
        self.url.join(path).unwrap()
    }

    /// Everything that was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

/// An answer.
pub(crate) fn reply(status: u16, content_type: &'static str, body: impl Into<String>) -> Response {
    (StatusCode::from_u16(status).unwrap(), [("content-type", content_type)], body.into()).into_response()
}

/// A JSON answer.
pub(crate) fn json(status: u16, body: &Value) -> Response {
    reply(status, "application/json", body.to_string())
}

async fn read(request: Request) -> Asked {
    let (parts, body) = request.into_parts();
    let query = parts.uri.query().unwrap_or_default();
    Asked {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        headers: parts.headers,
        body: to_bytes(body, 1024 * 1024).await.unwrap(),
    }
}

/// An integration and what surrounds it.
pub(crate) struct Bench {
    pub(crate) http: HttpClient,
    pub(crate) clock: ManualClock,
    pub(crate) callback_url: Url,
    pub(crate) client_metadata_url: Url,
    pub(crate) entry: Arc<Entry>,
    /// The integration's.
    pub(crate) settings: Map<String, Value>,
    /// The connection's own client.
    pub(crate) own: Option<Map<String, Value>>,
    pub(crate) connection_config: Map<String, Value>,
    pub(crate) scopes: Option<String>,
}

impl Bench {
    /// An integration with a client, at noon of New Year's Day 2026.
    pub(crate) fn new(auth: Auth) -> Self {
        let text = "key: acme\ndisplay_name: Acme\ncategories: [other]\ndocs: https://acme.example\nsources: [https://acme.example]\n\
                    auth:\n  mode: NONE\nproxy:\n  base_url: https://api.acme.example\n";
        let mut entry = parse_entry(std::path::Path::new("acme.yaml"), text).unwrap();
        entry.auth = auth;
        let client = [("client_id", "client:1"), ("client_secret", "canary-secret &+")];
        Self {
            http: client_of(EgressPolicy { allow_private_network: true }),
            clock: ManualClock::new(Timestamp::parse("2026-01-01T12:00:00Z").unwrap()),
            callback_url: Url::parse("https://syncline.example/oauth/callback").unwrap(),
            client_metadata_url: Url::parse("https://syncline.example/oauth/client-metadata/e/acme").unwrap(),
            entry: Arc::new(entry),
            settings: client.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect(),
            own: None,
            connection_config: Map::new(),
            scopes: None,
        }
    }

    /// What a mode gets.
    pub(crate) fn setting(&self) -> Setting<'_> {
        Setting {
            http: &self.http,
            clock: &self.clock,
            randomness,
            callback_url: &self.callback_url,
            client_metadata_url: &self.client_metadata_url,
            entry: &self.entry,
            client: Client::new(self.settings.clone(), self.own.clone()),
            connection_config: &self.connection_config,
            scopes: self.scopes.clone(),
        }
    }
}

/// The way out under a policy.
pub(crate) fn client_of(policy: EgressPolicy) -> HttpClient {
    HttpClient::new(Options::new(policy))
}

/// Never the same twice.
fn randomness() -> [u8; 16] {
    static CALLS: AtomicU8 = AtomicU8::new(0);
    let mut bytes = *b"not quite random";
    bytes[0] = CALLS.fetch_add(1, Ordering::Relaxed);
    bytes
}
