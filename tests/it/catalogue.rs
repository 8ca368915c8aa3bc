//! The shipped entries against stand-ins that behave like their providers: connect, refresh, and a request through the proxy. Only hosts are
//! moved, by entries with a `base`; every other fact is the shipped one.

use std::fmt::Write as _;

use serde_json::{Value, json};
use syncline_providers::{Auth, Catalogue, Entry, FieldPlace};
use syncline_store::testing::TestDatabase;

use crate::app::App;
use crate::authorization::World;
use crate::browser::Browser;
use crate::connecting::Stage;

mod desk;
mod table;

use desk::{Desk, client};
use table::{Answers, ROWS, Row, Way, api_key, username};

#[test]
fn the_table_has_forty_providers_of_four_modes() {
    let catalogue = Catalogue::embedded();
    let modes: std::collections::BTreeSet<&str> = ROWS.iter().map(|row| catalogue.get(row.key).unwrap().auth.mode()).collect();
    assert!(ROWS.len() >= 40 && modes.len() >= 4, "{} {modes:?}", ROWS.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forty_providers_take_what_their_entries_say_on_sqlite() {
    behave(TestDatabase::sqlite(), ROWS.iter()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn some_providers_take_what_their_entries_say_on_postgres() {
    if let Some(database) = TestDatabase::postgres().await {
        behave(database, ROWS.iter().step_by(9)).await;
    }
}

/// All that is wrong is told at once: one build of the tests shows every entry that does not fit its provider.
async fn behave(database: TestDatabase, rows: impl Iterator<Item = &'static Row>) {
    let (desk, catalogue) = (Desk::start().await, Catalogue::embedded());
    let rows: Vec<&Row> = rows.collect();
    let moved: Vec<(String, String)> =
        rows.iter().map(|row| (format!("{}.yaml", row.key), elsewhere(catalogue.get(row.key).unwrap(), &desk))).collect();
    let mut stage = Stage { app: App::start_with(database, &moved).await, world: World::start().await };
    let mut problems = String::new();
    for row in rows {
        let problem = provider(&stage, &desk, row, catalogue.get(row.key).unwrap()).await.err();
        let refused = desk.book(row.key).refused;
        if problem.is_some() || !refused.is_empty() {
            writeln!(problems, "{}: {problem:?}; refused: {refused:?}", row.key).unwrap();
        }
    }
    stage.stop();
    assert!(problems.is_empty(), "{problems}");
}

/// The entry with its hosts at the stand-in.
fn elsewhere(entry: &Entry, desk: &Desk) -> String {
    let mut text = format!("key: {0}\nbase: {0}\n", entry.key);
    let url = |path: &str| desk.url(&entry.key, path);
    match &entry.auth {
        Auth::OAuth2(oauth) => {
            let (authorize, token) = (url("authorize"), url("token"));
            write!(text, "auth:\n  authorization_url: {authorize}\n  token_url: {token}\n  issuer: null\n").unwrap();
            if oauth.refresh_url.is_some() {
                writeln!(text, "  refresh_url: {token}").unwrap();
            }
        }
        Auth::ClientCredentials(_) => writeln!(text, "auth:\n  token_url: {}", url("token")).unwrap(),
        _ => {}
    }
    writeln!(text, "proxy:\n  base_url: {}", url("api")).unwrap();
    text
}

/// Good values for what the entry asks for.
fn params(entry: &Entry) -> Vec<(String, String)> {
    let fields = entry.fields().into_iter().filter(|asked| asked.place == FieldPlace::ConnectionConfig && !asked.field.automated);
    fields
        .filter_map(|asked| {
            let field = &asked.field;
            let value = field.example.clone().or_else(|| field.default_value.clone()).or_else(|| field.allowed.first().cloned());
            Some((asked.name, value.or_else(|| (!field.optional).then(|| "abc123".to_owned()))?))
        })
        .collect()
}

async fn provider(stage: &Stage, desk: &Desk, row: &Row, entry: &Entry) -> Result<(), String> {
    let key = row.key;
    let (id, secret) = client(key);
    let mut integration = json!({ "provider": key, "unique_key": key });
    if matches!(row.way, Way::Browser(_)) {
        integration["credentials"] = json!({ "type": "OAUTH2", "client_id": id, "client_secret": secret, "scopes": "one,two" });
    }
    let made = stage.app.post("/integrations", integration).await;
    expect(made.status.is_success(), || format!("no integration: {}", made.text))?;
    let params = params(entry);
    let connection = match &row.way {
        Way::Browser(_) => authorized(stage, row, &params).await?,
        Way::Machine { .. } => supplied(stage, "/oauth2/auth", key, &params, json!({ "client_id": id, "client_secret": secret })).await?,
        Way::Key(..) => supplied(stage, "/api-auth/api-key", key, &params, json!({ "apiKey": api_key(key) })).await?,
        Way::Pair => {
            supplied(stage, "/api-auth/basic", key, &params, json!({ "username": username(key), "password": api_key(key) })).await?
        }
    };
    let proxied = stage.proxied(key, &connection, "/things").await;
    expect(proxied.status.is_success(), || format!("the proxy: {} {}", proxied.status, proxied.text))?;
    let Way::Browser(browser) = &row.way else { return Ok(()) };
    let shown = stage.read(key, &connection, "&force_refresh=true").await;
    expect(shown.status.is_success(), || format!("the refresh: {} {}", shown.status, shown.text))?;
    let refreshes = usize::from(browser.answers == Answers::Standard);
    expect(desk.book(key).refreshes == refreshes, || format!("{} refreshes", desk.book(key).refreshes))?;
    let shown: Value = serde_json::from_str(&shown.text).unwrap();
    for (name, value) in browser.returns {
        expect(shown["connection_config"][name] == *value, || format!("{name} is {}", shown["connection_config"][name]))?;
    }
    let again = stage.proxied(key, &connection, "/things?page=2").await;
    expect(again.status.is_success(), || format!("the proxy after the refresh: {}", again.text))?;
    expect(desk.book(key).served >= 2, || "the API was not asked".to_owned())
}

fn expect(fine: bool, problem: impl FnOnce() -> String) -> Result<(), String> {
    if fine { Ok(()) } else { Err(problem()) }
}

async fn authorized(stage: &Stage, row: &Row, params: &[(String, String)]) -> Result<String, String> {
    let token = stage.session(row.key).await;
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in params {
        query.append_pair(&format!("params[{name}]"), value);
    }
    let page = Browser::new().go(&stage.begin_url(row.key, &token, &format!("&{}", query.finish())), None).await;
    stage.connection_of(row.key).await.ok_or_else(|| {
        let details = page.text.split_once("<code>").and_then(|(_, rest)| rest.split_once("</code>"));
        format!("no connection: {} {}", page.status, details.map_or(page.text.as_str(), |(details, _)| details))
    })
}

async fn supplied(stage: &Stage, endpoint: &str, key: &str, params: &[(String, String)], body: Value) -> Result<String, String> {
    let token = stage.session(key).await;
    let params: Vec<(&str, &str)> = params.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = stage.supply(&format!("{endpoint}/{key}"), &token, &params, body).await;
    expect(answer.status.is_success(), || format!("no connection: {} {}", answer.status, answer.text))?;
    let answer: Value = serde_json::from_str(&answer.text).unwrap();
    answer["connectionId"].as_str().map(str::to_owned).ok_or_else(|| answer.to_string())
}
