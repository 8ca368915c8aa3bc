//! Accounts that exist before anybody connects, and the modes that need nothing but what their owner knows.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::api::thing_of;
use super::{World, answer, keys, random};

/// What people and companies have at the stand-in. The texts are canaries.
pub(crate) struct Accounts {
    pub(crate) api_key: String,
    pub(crate) username: String,
    /// With a colon and letters beyond ASCII, as RFC 7617 allows.
    pub(crate) password: String,
    /// Of `OAUTH2_CC`.
    pub(crate) machine: (String, String),
    pub(crate) dev_key: String,
    pub(crate) organization: String,
    /// Of the integration, for `OAUTH1` and `TBA`.
    pub(crate) consumer: (String, String),
    /// Of `TBA`: id and secret.
    pub(crate) tba_token: (String, String),
    /// Of `TBA`: the realm.
    pub(crate) tba_account: String,
    /// Of the integration: the keys that may assume the role.
    pub(crate) aws: (String, String),
    pub(crate) role: String,
    pub(crate) external_id: String,
    /// Of GitHub's app.
    pub(crate) app_id: String,
}

impl Accounts {
    pub(super) fn new() -> Self {
        let canary = |what: &str| format!("canary-{what}-{}", random());
        Self {
            api_key: canary("api-key"),
            username: "ada@example.com".to_owned(),
            password: format!("{}:ö", canary("password")),
            machine: ("machine-1".to_owned(), canary("machine-secret")),
            dev_key: canary("dev-key"),
            organization: "00801ABCDEF".to_owned(),
            consumer: ("consumer-1".to_owned(), canary("consumer-secret")),
            tba_token: (canary("tba-id"), canary("tba-secret")),
            tba_account: "1234567_SB1".to_owned(),
            aws: ("AKIASTANDIN00000001".to_owned(), canary("aws-secret")),
            role: "arn:aws:iam::123456789012:role/Reader".to_owned(),
            external_id: format!("external-{}", random()),
            app_id: "424242".to_owned(),
        }
    }

    /// What must not be seen, with a word for it.
    pub(super) fn secrets(&self) -> Vec<(&'static str, &str)> {
        let key = keys::PRIVATE.lines().nth(5).expect("a key has lines");
        vec![
            ("api-key", &self.api_key),
            ("password", &self.password),
            ("machine-secret", &self.machine.1),
            ("dev-key", &self.dev_key),
            ("consumer-secret", &self.consumer.1),
            ("tba-id", &self.tba_token.0),
            ("tba-secret", &self.tba_token.1),
            ("aws-secret", &self.aws.1),
            // A line from the middle: it is the same however the line ends are written.
            ("private-key", key),
        ]
    }
}

impl World {
    pub(crate) fn accounts(&self) -> &Accounts {
        &self.state.accounts
    }

    /// The key of the `JWT` account and of GitHub's app, in PEM.
    #[expect(clippy::unused_self, reason = "a test asks the world for what providers hand out")]
    pub(crate) fn private_key(&self) -> &'static str {
        keys::PRIVATE
    }
}

pub(super) fn routes() -> Router<World> {
    Router::new()
        .route("/api-key/api/{thing}", get(api_key))
        .route("/query-key/api/{thing}", get(query_key))
        .route("/basic-auth/api/{thing}", get(basic))
        .route("/none/api/{thing}", get(none))
}

fn unauthorized() -> Response<Body> {
    answer(401, &json!({ "message": "Bad credentials" }))
}

async fn api_key(State(world): State<World>, Path(thing): Path<String>, headers: HeaderMap) -> Response<Body> {
    let given = headers.get("x-api-key").and_then(|value| value.to_str().ok());
    if given == Some(&world.accounts().api_key) { thing_of("api-key", &thing) } else { unauthorized() }
}

async fn query_key(State(world): State<World>, Path(thing): Path<String>, RawQuery(query): RawQuery) -> Response<Body> {
    let wanted = format!("key={}", world.accounts().api_key);
    if query.unwrap_or_default().split('&').any(|pair| pair == wanted) { thing_of("query-key", &thing) } else { unauthorized() }
}

async fn basic(State(world): State<World>, Path(thing): Path<String>, headers: HeaderMap) -> Response<Body> {
    let given = headers.get("authorization").and_then(|value| value.to_str().ok()).and_then(|value| value.strip_prefix("Basic "));
    let decoded = given.and_then(|given| STANDARD.decode(given).ok()).unwrap_or_default();
    let Accounts { username, password, .. } = world.accounts();
    if decoded == format!("{username}:{password}").as_bytes() { thing_of("basic-auth", &thing) } else { unauthorized() }
}

/// Open to everybody, and suspicious of whoever brings a credential along.
async fn none(Path(thing): Path<String>, headers: HeaderMap) -> Response<Body> {
    if headers.contains_key("authorization") { unauthorized() } else { thing_of("none", &thing) }
}
