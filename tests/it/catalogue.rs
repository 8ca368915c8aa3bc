//! The shipped entries against stand-ins that behave like their providers: connect, refresh, a request through the proxy, and a function that
//! walks through a list. Only hosts are moved, by entries with a `base`; every other fact is the shipped one.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Value, json};
use syncline_domain::AuthMode;
use syncline_providers::{Auth, Catalogue, Entry, Field};
use syncline_store::testing::TestDatabase;

use crate::app::App;
use crate::authorization::World;
use crate::browser::Browser;
use crate::connecting::Stage;
use crate::guests::FIXTURE;

mod desk;
mod others;
mod paging;
mod table;

use desk::{Desk, client};
use others::{AtWorld, Bought, Signed};
use paging::{Next, things};
use table::{Answers, Row, Way, all, api_key, username};

#[test]
fn the_table_has_providers_of_every_mode() {
    let catalogue = Catalogue::embedded();
    let modes: BTreeSet<&str> = all().map(|row| catalogue.get(row.key).unwrap().auth.mode()).collect();
    assert!(all().count() >= 60, "{}", all().count());
    let left_out: Vec<&str> = AuthMode::ALL.iter().map(|mode| mode.as_str()).filter(|mode| !modes.contains(mode)).collect();
    // Its plugin signs in by itself: until it does, there is nothing to proxy with.
    assert_eq!(left_out, ["INSTALL_PLUGIN"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_providers_take_what_their_entries_say_on_sqlite() {
    behave(TestDatabase::sqlite(), all()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn some_providers_take_what_their_entries_say_on_postgres() {
    if let Some(database) = TestDatabase::postgres().await {
        behave(database, all().step_by(9)).await;
    }
}

/// All that is wrong is told at once: one build of the tests shows every entry that does not fit its provider.
async fn behave(database: TestDatabase, rows: impl Iterator<Item = &'static Row>) {
    let world = World::start().await;
    let (desk, catalogue) = (Desk::start(world.clone()).await, Catalogue::embedded());
    let rows: Vec<&Row> = rows.collect();
    let moved: Vec<(String, String)> =
        rows.iter().map(|row| (format!("{}.yaml", row.key), elsewhere(row, catalogue.get(row.key).unwrap(), &desk, &world))).collect();
    let mut stage = Stage { app: App::start_with(database, &moved).await, world };
    stage.register();
    stage.app.deploy(&FIXTURE).await.ok();
    stage.app.connect("walker", json!({})).await;
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
fn elsewhere(row: &Row, entry: &Entry, desk: &Desk, world: &World) -> String {
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
        _ if matches!(row.way, Way::Bought(_)) => writeln!(text, "auth:\n  token_request:\n    url: {}", url("token")).unwrap(),
        _ => {}
    }
    let mut api = url("api");
    if let Way::AtWorld(way) = &row.way {
        text += &(way.hosts)(world);
        api = (way.api)(world).unwrap_or(api);
    }
    writeln!(text, "proxy:\n  no_base_url: null\n  base_url: {api}").unwrap();
    text
}

/// Good values for what the entry asks for.
fn params(entry: &Entry) -> Vec<(String, String)> {
    let is_asked = |field: &Field| !field.automated && (!field.optional || field.example.is_some());
    let fields = entry.connection_config.iter().filter(|(_, field)| is_asked(field));
    fields.map(|(name, field)| (name.clone(), field.sample().to_owned())).collect()
}

async fn provider(stage: &Stage, desk: &Desk, row: &Row, entry: &Entry) -> Result<(), String> {
    let key = row.key;
    let (id, secret) = client(key);
    let mut integration = json!({ "provider": key, "unique_key": key });
    if matches!(row.way, Way::Browser(_)) {
        integration["credentials"] = json!({ "type": "OAUTH2", "client_id": id, "client_secret": secret, "scopes": "one,two" });
    }
    if let Way::AtWorld(way) = &row.way {
        integration.as_object_mut().unwrap().extend((way.integration)(&stage.world).as_object().unwrap().clone());
    }
    let made = stage.app.post("/integrations", integration).await;
    expect(made.status.is_success(), || format!("no integration: {}", made.text))?;
    let mut params = params(entry);
    if let Way::AtWorld(way) = &row.way {
        let own = (way.params)(&stage.world);
        params.retain(|(name, _)| own.iter().all(|(own, _)| name != own));
        params.extend(own.into_iter().map(|(name, value)| (name.to_owned(), value)));
    }
    let connection = match &row.way {
        Way::Machine { .. } => supplied(stage, "/oauth2/auth", key, &params, json!({ "client_id": id, "client_secret": secret })).await?,
        Way::Key(..) => supplied(stage, "/api-auth/api-key", key, &params, json!({ "apiKey": api_key(key) })).await?,
        Way::Pair => {
            supplied(stage, "/api-auth/basic", key, &params, json!({ "username": username(key), "password": api_key(key) })).await?
        }
        Way::Bought(Bought { endpoint, supplies, .. }) | Way::Signed(Signed { endpoint, supplies, .. }) => {
            let body: serde_json::Map<String, Value> = supplies.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
            supplied(stage, endpoint, key, &params, body.into()).await?
        }
        Way::AtWorld(AtWorld { form: Some((endpoint, body)), .. }) => supplied(stage, endpoint, key, &params, body(&stage.world)).await?,
        Way::Browser(_) | Way::AtWorld(_) => authorized(stage, row, &params).await?,
    };
    let proxied = stage.proxied(key, &connection, "/things").await;
    expect(proxied.status.is_success(), || format!("the proxy: {} {}", proxied.status, proxied.text))?;
    for count in [5, 4, 0] {
        walk(stage, row, entry, &connection, count).await?;
    }
    if let Way::Key(..) | Way::Pair = &row.way {
        return Ok(());
    }
    let shown = stage.read(key, &connection, "&force_refresh=true").await;
    expect(shown.status.is_success(), || format!("the refresh: {} {}", shown.status, shown.text))?;
    let shown: Value = serde_json::from_str(&shown.text).unwrap();
    match &row.way {
        Way::Browser(browser) => {
            let refreshes = usize::from(browser.answers == Answers::Standard);
            expect(desk.book(key).refreshes == refreshes, || format!("{} refreshes", desk.book(key).refreshes))?;
            for (name, value) in browser.returns {
                expect(shown["connection_config"][name] == *value, || format!("{name} is {}", shown["connection_config"][name]))?;
            }
        }
        Way::Machine { .. } | Way::Bought(_) => expect(desk.book(key).exchanges == 2, || format!("{} tokens", desk.book(key).exchanges))?,
        _ => {}
    }
    let again = stage.proxied(key, &connection, "/things?page=2").await;
    expect(again.status.is_success(), || format!("the proxy after the refresh: {}", again.text))?;
    expect(desk.book(key).served >= 2 || key == "aws-sigv4", || "the API was not asked".to_owned())
}

/// A function walks through the list, with what the entry says of paging and what that leaves to callers.
async fn walk(stage: &Stage, row: &Row, entry: &Entry, connection: &str, count: usize) -> Result<(), String> {
    let list = row.list;
    let joint = if list.path.contains('?') { '&' } else { '?' };
    let body = list.body.map(|body| serde_json::from_str::<Value>(body).unwrap());
    let input = json!({
        "integration": row.key, "connection": connection, "path": format!("{}{joint}things={count}", list.path), "body": body,
        "options": list.options(),
    });
    let walked = stage.app.action("walker", "walk", input).await.ok();
    if matches!(list.next, Next::Otherwise) {
        let said = &walked["failure"]["code"];
        let is_told = said == "invalid_pagination_configuration" && entry.proxy.paginate.is_none();
        return expect(is_told, || format!("a list that is not paged by parameters: {walked}"));
    }
    let is_whole = walked["failure"].is_null() && walked["items"] == Value::from(things(row.key, count));
    expect(is_whole, || format!("paging through {count}: {walked}"))
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
