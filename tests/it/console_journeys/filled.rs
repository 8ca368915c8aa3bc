//! A server with something of everything on it, for whoever looks at the console: markup in whatever somebody else can write, a canary in
//! whatever is secret.

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{any, post};
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;
use syncline_store::testing::TestDatabase;

use super::operator::Operator;
use crate::app::App;
use crate::authorization::hex;
use crate::guests::{FIRST, FIXTURE, GUARD};
use crate::node::{ACCOUNT_KEY, ENCRYPTION_KEY, KEY, read};
use crate::provider::TOKEN;

pub(super) const PASSWORD: &str = "the operator of the journeys";

/// What a provider, a user or a function might write anywhere. If any of it runs, it says so.
pub(super) const ATTACK: &str = "\"'><img src=x onerror=window.pwned=true><script>window.pwned=true</script>";

/// As hostile as the rule for ids allows.
const ODD_CONNECTION: &str = r#"it's "x"\../{}$|@[]~+"#;
/// As odd as the rule for keys allows.
const ODD_INTEGRATION: &str = "an odd: key.of~it@all";

const CLIENT_SECRET: &str = "canary-client-secret-6a1f";
const ACCESS_TOKEN: &str = "canary-access-token-0c2d";
const REFRESH_TOKEN: &str = "canary-refresh-token-77b0";
const WEBHOOK_SECRET: &str = "canary-webhook-secret-19ce";
const VARIABLE: &str = "canary-variable-b5e3";

/// A server that has been used.
pub(super) struct Filled {
    pub(super) app: App,
    /// What no page may show, and what each is.
    pub(super) secrets: Vec<(&'static str, String)>,
    /// Where somebody chooses a password who has not done so.
    pub(super) invitation: String,
}

impl Filled {
    pub(super) async fn start() -> Self {
        let hostile = hostile_provider().await;
        let app = App::start_all(TestDatabase::sqlite(), &[entry(&hostile)], &[("SYNCLINE_CONSOLE_PASSWORD", PASSWORD)]).await;
        let mut secrets: Vec<(&'static str, String)> = [
            ("credential", TOKEN),
            ("client secret", CLIENT_SECRET),
            ("access token", ACCESS_TOKEN),
            ("refresh token", REFRESH_TOKEN),
            ("webhook secret", WEBHOOK_SECRET),
            ("variable", VARIABLE),
            ("API key", KEY),
            ("account key", ACCOUNT_KEY),
            ("encryption key", ENCRYPTION_KEY),
            ("password", PASSWORD),
        ]
        .map(|(what, text)| (what, text.to_owned()))
        .to_vec();
        let operator = Operator::sign_in(&app, PASSWORD).await;
        secrets.push(("new API key", settings(&app, &operator, &hostile).await));
        let invitation = operator.invite(ATTACK, "support").await;
        secrets.push(("link of an operator", invitation.rsplit('/').next().expect("it has a token").to_owned()));
        integrations(&app).await;
        functions(&app).await;
        syncs(&app).await;
        actions(&app).await;
        trouble(&app).await;
        webhooks(&app).await;
        Self { app, secrets, invitation }
    }
}

/// Refuses everybody, in markup.
async fn hostile_provider() -> String {
    let refusal = || json!({ "error": "invalid_grant", "error_description": ATTACK }).to_string();
    let token = async move || (StatusCode::BAD_REQUEST, [(header::CONTENT_TYPE, "application/json")], refusal()).into_response();
    let other = async || (StatusCode::IM_A_TEAPOT, [(header::CONTENT_TYPE, "text/html")], ATTACK).into_response();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/token", post(token)).fallback(any(other));
    #[expect(clippy::disallowed_methods, reason = "a test's server ends with its runtime")]
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

fn entry(url: &str) -> (String, String) {
    let name = ATTACK.replace('\'', "''");
    let text = format!(
        "key: trouble
display_name: '{name}'
categories: [dev-tools]
docs: https://example.com/docs
auth:
  mode: OAUTH2
  authorization_url: {url}/authorize
  token_url: {url}/token
  pkce: true
proxy:
  base_url: {url}
  headers:
    authorization: Bearer ${{accessToken}}
connection_config:
  tenant:
    title: '{name}'
    description: '{name}'
    example: '{name}'
    optional: true
sources: [https://example.com/docs]
"
    );
    ("trouble.yaml".to_owned(), text)
}

/// Returns the key that was made, which only that page shows.
async fn settings(app: &App, operator: &Operator, hostile: &str) -> String {
    let set = operator.post("/console/dev/settings/variables", &[("name", "SECRET"), ("value", VARIABLE)]).await;
    assert_eq!(set.status, StatusCode::SEE_OTHER, "{}", set.text);
    let made = operator.post("/console/dev/settings/api-keys", &[("name", ATTACK), ("reach", "all")]).await;
    let (_, rest) = made.text.split_once("id=\"api-key\" value=\"").unwrap_or_else(|| panic!("no key: {}", made.text));
    let key = rest.split('"').next().unwrap().to_owned();
    let webhooks = json!({ "primary_url": format!("{hostile}/hooks?x=<script>window.pwned=true</script>") });
    app.call(Method::PATCH, "/environment/webhooks", &[], Some(webhooks)).await.ok();
    key
}

async fn integrations(app: &App) {
    let credentials = json!({ "type": "OAUTH2", "client_id": ATTACK, "client_secret": CLIENT_SECRET });
    let odd = json!({ "provider": "trouble", "unique_key": ODD_INTEGRATION, "display_name": ATTACK, "credentials": credentials });
    let signed = json!({ "type": "OAUTH2", "client_id": "id", "client_secret": CLIENT_SECRET, "webhook_secret": WEBHOOK_SECRET });
    let github = json!({ "provider": "github", "unique_key": "github", "credentials": signed });
    for body in [odd, github, json!({ "provider": "stand-in", "unique_key": "older", "display_name": "Older" })] {
        app.post("/integrations", body).await.ok();
    }
}

async fn functions(app: &App) {
    app.deploy(&FIXTURE).await.ok();
    // Something to roll back to.
    app.deploy_to("older", &FIRST).await.ok();
    app.deploy_to("older", &GUARD).await.ok();
}

/// Records of every kind, and a sync that waits for its person.
async fn syncs(app: &App) {
    for id in 0..60 {
        app.provider.put(id, &format!("Item {id}"));
    }
    app.provider.put(60, ATTACK);
    for connection in ["ada", "pausable"] {
        app.connect_and_settle(connection, json!({})).await;
    }
    let kept =
        json!({ "records": [{ "id": "invoice/7", "name": "First" }, { "id": ATTACK, "name": ATTACK }, { "id": "gone", "name": "Soon" }] });
    app.connect_and_settle("kept", kept).await;
    app.sync("kept", "save").await;
    app.set_metadata("kept", json!({ "updates": [{ "id": "invoice/7", "name": "Second" }], "deletes": ["gone"] })).await;
    app.sync("kept", "save").await;
    let variant = json!({ "provider_config_key": "fixture", "connection_id": "ada" });
    app.post("/sync/full/variant/eu", variant).await.ok();
}

/// Runs that ended well and badly, one that goes on, and a person of many quotes.
async fn actions(app: &App) {
    let person = json!({ "id": ATTACK, "display_name": ATTACK, "email": "a@example.com" });
    let body = json!({
        "provider_config_key": "fixture", "connection_id": ODD_CONNECTION, "credentials": { "type": "API_KEY", "apiKey": TOKEN },
        "end_user": person, "tags": { "plan": ATTACK }, "metadata": { "note": ATTACK }, "connection_config": { "note": ATTACK },
    });
    app.post("/connections", body).await.ok();
    for (action, input) in [
        ("fail", json!({ "reason": ATTACK })),
        ("panic", json!({ "message": ATTACK })),
        ("echo", json!({ "text": ATTACK })),
        ("fetch-status", json!({ "path": format!("/echo?x={ATTACK}") })),
    ] {
        let answer = app.action(ODD_CONNECTION, action, input).await;
        assert_ne!(answer.status, StatusCode::NOT_FOUND, "{}", answer.text);
    }
    // A new connection's and a new variant's first runs ask the provider too, and may be who is refused.
    let mut tries = 0..20;
    loop {
        assert!(tries.next().is_some(), "the provider refuses everybody else");
        app.provider.fail_next(500, &[]);
        let failed = app.action("ada", "fetch-status", json!({ "path": "/items?of=the-journey", "throw": true })).await;
        if !failed.status.is_success() {
            break;
        }
    }
    let target = [("Connection-Id", ODD_CONNECTION), ("Provider-Config-Key", "fixture")];
    app.call(Method::GET, "/proxy/echo?x=%3Cscript%3E", &target, None).await;
    let held = [("Connection-Id", "pausable"), ("Provider-Config-Key", "fixture"), ("X-Async", "true")];
    let held = app
        .call(Method::POST, "/action/trigger", &held, Some(json!({ "action_name": "fetch-status", "input": { "path": "/hold" } })))
        .await;
    assert_eq!(held.status, StatusCode::ACCEPTED, "{}", held.text);
    app.eventually("a run that goes on", || async {
        let runs = app.runs("pausable", "fetch-status").await;
        runs.iter().any(|run| run["state"] == "running").then_some(())
    })
    .await;
}

/// A connection whose provider takes its authorization back, in words of its own.
async fn trouble(app: &App) {
    let body = json!({
        "provider_config_key": ODD_INTEGRATION, "connection_id": "needs-attention",
        "end_user": { "id": "u-7", "display_name": "Grace Hopper", "email": "grace@example.com" },
        "credentials": {
            "type": "OAUTH2", "access_token": ACCESS_TOKEN, "refresh_token": REFRESH_TOKEN, "expires_at": "2020-01-01T00:00:00Z",
        },
    });
    app.post("/connections", body).await.ok();
    let key: String = url::form_urlencoded::byte_serialize(ODD_INTEGRATION.as_bytes()).collect();
    let refused = app.get(&format!("/connections/needs-attention?force_refresh=true&provider_config_key={key}")).await;
    assert!(!refused.status.is_success(), "{}", refused.text);
}

/// One that comes in and finds nobody; those that go out find nobody who listens.
async fn webhooks(app: &App) {
    let shown = app.get("/integrations/github?include=webhook").await.ok();
    let url = shown["data"]["webhook_url"].as_str().unwrap_or_else(|| panic!("{shown}")).to_owned();
    let body = json!({ "repository": { "full_name": ATTACK }, "text": ATTACK }).to_string();
    let mut mac = Hmac::<Sha256>::new_from_slice(WEBHOOK_SECRET.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let request = app
        .http
        .post(url)
        .header("content-type", "application/json")
        .header("x-github-event", ATTACK)
        .header("x-github-delivery", "d-1")
        .header("x-hub-signature-256", format!("sha256={}", hex(&mac.finalize().into_bytes())));
    read(request.body(body)).await.ok();
    app.eventually("a parked webhook", || async {
        let parked = app.get("/webhooks/incoming?state=parked").await.ok();
        parked["data"].as_array().is_some_and(|all| !all.is_empty()).then_some(())
    })
    .await;
    app.eventually("a delivery that failed", || async {
        let all: Value = app.get("/webhooks/deliveries?limit=100").await.ok();
        all["data"].as_array().is_some_and(|all| all.iter().any(|one| one["attempt_count"].as_i64() > Some(0))).then_some(())
    })
    .await;
}
