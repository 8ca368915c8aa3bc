//! The Connect UI and the published client in a real browser. The cases are in `tests/browser/cases`; here is the world that they happen in.

use axum::Router;
use axum::extract::RawQuery;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use serde_json::{Value, json};
use syncline_store::testing::TestDatabase;

use crate::app::App;
use crate::authorization::World;
use crate::authorization::oauth2::Consent;
use crate::javascript::{Suite, on_path};
use crate::node::KEY;

/// What a provider might write anywhere. If any of it runs, it says so.
const ATTACK: &str = "<img src=x onerror=window.pwned=true><script>window.pwned=true</script>";

/// O5: and everything else that people do, see and are told.
#[test]
fn people_connect_their_accounts_in_a_browser() {
    let chromium = on_path(&["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]);
    let none = "Chromium is not installed (any of chromium, chromium-browser, google-chrome in the PATH)";
    let missing = chromium.is_none().then_some(none);
    let Some(suite) = Suite::find("browser", "BROWSER_TEST", "playwright-core", missing) else { return };
    syncline_store::testing::block_on(async {
        let world = World::start().await;
        let hostile = hostile_provider().await;
        let mut entries = world.entries();
        entries.extend([hostile_key(&hostile), hostile_sign_in(&hostile), fields(&world.url(""))]);
        let app = App::start_with(TestDatabase::sqlite(), &entries).await;
        world.rules("acme", |rules| rules.consent = Consent::Asked);
        world.allow_redirect(&app.url("/oauth/callback"));
        for integration in integrations(&world) {
            app.post("/integrations", integration).await.ok();
        }
        let accounts = world.accounts();
        let about = json!({
            "server": app.url(""),
            "key": KEY,
            "chromium": chromium,
            "apiKey": accounts.api_key,
            "username": accounts.username,
            "password": accounts.password,
        });
        suite.run(about, None).await;
        // What the browser typed and what the providers issued stayed where it belongs.
        let log = app.log();
        for (secret, what) in world.secrets() {
            assert!(!log.contains(&secret), "the server's log shows a {what}");
        }
    });
}

fn integrations(world: &World) -> Vec<Value> {
    let oauth2 = |id: &str, secret: &str| json!({ "type": "OAUTH2", "client_id": id, "client_secret": secret });
    let (id, secret) = world.client("acme");
    let (consumer, consumer_secret) = &world.accounts().consumer;
    let plain = ["api-key", "basic-auth", "two-step", "none", "fields"];
    let mut all: Vec<Value> = plain.iter().map(|key| json!({ "provider": key, "unique_key": key })).collect();
    all.push(json!({ "provider": "acme", "unique_key": "acme", "credentials": oauth2(&id, &secret) }));
    let oauth1 = json!({ "type": "OAUTH1", "client_id": consumer, "client_secret": consumer_secret });
    all.push(json!({ "provider": "oauth1", "unique_key": "oauth1", "credentials": oauth1 }));
    all.push(json!({ "provider": "hostile-key", "unique_key": "hostile-key", "display_name": format!("key {ATTACK}") }));
    let sign_in = json!({
        "provider": "hostile-sign-in", "unique_key": "hostile-sign-in", "display_name": format!("sign-in {ATTACK}"),
        "credentials": oauth2("client", "secret"),
    });
    all.push(sign_in);
    all
}

/// Refuses everybody, in markup.
async fn hostile_provider() -> String {
    let refuse = || async { (StatusCode::UNAUTHORIZED, [(header::CONTENT_TYPE, "text/html")], ATTACK).into_response() };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/me", get(refuse)).route("/authorize", get(refuse_to_authorize));
    #[expect(clippy::disallowed_methods, reason = "a test's server ends with its runtime")]
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

async fn refuse_to_authorize(RawQuery(query): RawQuery) -> impl IntoResponse {
    let query = query.unwrap_or_default();
    let asked =
        |name: &str| url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).expect("it is asked for").1.into_owned();
    let mut back = url::Url::parse(&asked("redirect_uri")).unwrap();
    back.query_pairs_mut().append_pair("state", &asked("state")).append_pair("error", ATTACK).append_pair("error_description", ATTACK);
    (StatusCode::FOUND, [(header::LOCATION, String::from(back))])
}

fn entry(key: &str, display_name: &str, rest: &str) -> (String, String) {
    let head = format!("key: {key}\ndisplay_name: '{display_name}'\ncategories: [dev-tools]\ndocs: https://example.com/docs\n");
    (format!("{key}.yaml"), format!("{head}{rest}sources: [https://example.com/docs]\n"))
}

fn hostile_key(url: &str) -> (String, String) {
    let rest = format!(
        "auth:
  mode: API_KEY
proxy:
  base_url: {url}
  headers:
    authorization: Bearer ${{apiKey}}
  verification:
    method: GET
    endpoints: [/me]
credentials:
  apiKey:
    title: '{ATTACK}'
    description: '{ATTACK}'
    example: '{ATTACK}'
    secret: true
"
    );
    entry("hostile-key", ATTACK, &rest)
}

fn hostile_sign_in(url: &str) -> (String, String) {
    let rest = format!(
        "auth:
  mode: OAUTH2
  authorization_url: {url}/authorize
  token_url: {url}/token
  pkce: true
proxy:
  base_url: {url}
"
    );
    entry("hostile-sign-in", ATTACK, &rest)
}

/// Each kind of field once.
fn fields(url: &str) -> (String, String) {
    let rest = format!(
        "auth:
  mode: API_KEY
proxy:
  base_url: {url}/api-key
  headers:
    x-api-key: ${{apiKey}}
connection_config:
  subdomain:
    title: Subdomain
    description: The first part of your address
    pattern: '[a-z0-9-]+'
    example: acme
    prefix: https://
    suffix: .example.com
  region:
    title: Region
    description: Where your data is
    enum: [EU, US]
  note:
    title: Note
    description: Anything
    optional: true
"
    );
    entry("fields", "A form with everything", &rest)
}
