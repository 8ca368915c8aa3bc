//! A stand-in for everything on the providers' side of connecting. It refuses what a careful provider refuses, and remembers what it saw.
//!
//! ```text
//! /{realm}/authorize, /{realm}/token    OAuth 2.0 for the realms of `oauth2::REALMS`, GitHub's users and MCP's authorization server
//! /oauth1/.., /tba/..                   RFC 5849
//! /cc, /two-step, /bill, /jwt, /wsse    tokens without a browser
//! /sts, /s3                             AWS
//! /github, /mcp                         installations; discovery and registration
//! /{mode}/api/me, /{mode}/api/items     what a connection is for: only with a live token or a right signature
//! ```
//!
//! All of its verification is written here a second time on purpose: it shares no code with the product's signing.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Response, StatusCode, header};
use serde_json::{Value, json};
use syncline_domain::{Clock as _, SystemClock, Timestamp};

mod api;
mod aws;
mod direct;
mod entries;
mod exchange;
mod github;
mod jwt;
pub(crate) mod keys;
pub(crate) mod mcp;
mod oauth1;
pub(crate) mod oauth2;
pub(crate) mod plan;
mod strict;
mod tokens;
mod wsse;

pub(crate) use plan::{Gate, Plan};

/// The stand-in, on a port of its own. Cheap to clone.
#[derive(Clone)]
pub(crate) struct World {
    address: SocketAddr,
    state: Arc<State>,
}

struct State {
    /// Every secret that exists on the provider's side, and what it is: none of them may be seen where it has no business.
    secrets: Mutex<BTreeMap<String, &'static str>>,
    plans: Mutex<plan::Plans>,
    tokens: Mutex<tokens::Tokens>,
    oauth2: Mutex<oauth2::Desk>,
    oauth1: Mutex<oauth1::Desk>,
    github: Mutex<github::Desk>,
    mcp: Mutex<mcp::Desk>,
    aws: Mutex<aws::Desk>,
    /// Of signatures that have been used: a nonce serves once.
    nonces: Mutex<std::collections::BTreeSet<String>>,
    accounts: direct::Accounts,
}

impl World {
    /// Starts it; it ends with the test's runtime.
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let state = State {
            secrets: Mutex::default(),
            plans: Mutex::default(),
            tokens: Mutex::default(),
            oauth2: Mutex::default(),
            oauth1: Mutex::default(),
            github: Mutex::default(),
            mcp: Mutex::default(),
            aws: Mutex::default(),
            nonces: Mutex::default(),
            accounts: direct::Accounts::new(),
        };
        let world = Self { address: listener.local_addr().unwrap(), state: Arc::new(state) };
        world.open_accounts();
        let router = Router::new()
            .merge(oauth2::routes())
            .merge(oauth1::routes())
            .merge(exchange::routes())
            .merge(jwt::routes())
            .merge(wsse::routes())
            .merge(direct::routes())
            .merge(aws::routes())
            .merge(github::routes())
            .merge(mcp::routes())
            .merge(api::routes())
            .layer(axum::middleware::from_fn_with_state(world.clone(), plan::follow))
            .with_state(world.clone());
        #[expect(clippy::disallowed_methods, reason = "a test's server ends with its runtime")]
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        world
    }

    /// Where it is.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A new secret. Its text is a canary: it says what it is and is found nowhere else.
    pub(crate) fn secret(&self, what: &'static str) -> String {
        let text = format!("canary-{what}-{}", random());
        self.remember(what, &text);
        text
    }

    /// A secret that somebody else made.
    pub(crate) fn remember(&self, what: &'static str, text: &str) {
        self.state.secrets.lock().unwrap().insert(text.to_owned(), what);
    }

    /// All secrets so far, with what each is.
    pub(crate) fn secrets(&self) -> BTreeMap<String, &'static str> {
        self.state.secrets.lock().unwrap().clone()
    }

    fn oauth2(&self) -> MutexGuard<'_, oauth2::Desk> {
        self.state.oauth2.lock().unwrap()
    }

    fn tokens(&self) -> MutexGuard<'_, tokens::Tokens> {
        self.state.tokens.lock().unwrap()
    }

    /// Whether this is the first use of a nonce.
    fn is_fresh(&self, nonce: &str) -> bool {
        self.state.nonces.lock().unwrap().insert(nonce.to_owned())
    }

    /// Makes an account in every mode that has one, so that its secrets are known from the beginning.
    fn open_accounts(&self) {
        let accounts = &self.state.accounts;
        for (what, text) in accounts.secrets() {
            self.remember(what, text);
        }
        self.oauth2().open(self);
    }
}

/// Thirty-two hexadecimal digits.
fn random() -> String {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).expect("the system has randomness");
    hex(&bytes)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |text, byte| text + &format!("{byte:02x}"))
}

/// The time by which the servers under test go, too.
fn now() -> Timestamp {
    SystemClock.now()
}

fn from_now(seconds: u64) -> Timestamp {
    now().plus(Duration::from_secs(seconds))
}

fn answer(status: u16, body: &Value) -> Response<Body> {
    Response::builder()
        .status(StatusCode::from_u16(status).expect("a status"))
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CACHE_CONTROL, "no-store")
        .body(Body::from(body.to_string()))
        .expect("a response")
}

/// An error as RFC 6749, 5.2, writes it. The description is what a careless product would show to a person.
fn refuse(status: u16, error: &str, description: &str) -> Response<Body> {
    answer(status, &json!({ "error": error, "error_description": description }))
}

fn page(status: u16, html: String) -> Response<Body> {
    let status = StatusCode::from_u16(status).expect("a status");
    Response::builder().status(status).header(header::CONTENT_TYPE, "text/html; charset=utf-8").body(Body::from(html)).expect("a response")
}

fn found(location: &str) -> Response<Body> {
    Response::builder().status(302).header(header::LOCATION, location).body(Body::empty()).expect("a response")
}

/// Parameters of a query or form. A parameter that comes twice is an error (RFC 6749, 3.1).
fn parameters(text: &str) -> Result<BTreeMap<String, String>, String> {
    let mut parameters = BTreeMap::new();
    for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
        if parameters.insert(name.to_string(), value.to_string()).is_some() {
            return Err(format!("{name} comes twice"));
        }
    }
    Ok(parameters)
}

/// Everything but the unreserved characters of RFC 3986, as both kinds of request signatures have it.
fn percent_encode(text: &str) -> String {
    text.bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
            },
        )
        .collect()
}
