//! S6: where every secret of every mode was seen, and where it was not.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use reqwest::Method;
use serde_json::json;

use super::Stage;
use crate::authorization::{Plan, hex};
use crate::both::on_both_databases;
use crate::browser::Browser;

/// A secret in every spelling in which it might be written down.
fn spellings(secret: &str) -> [String; 6] {
    let hex = hex(secret.as_bytes());
    let encoded = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect::<String>();
    [
        secret.to_owned(),
        hex.to_uppercase(),
        hex,
        encoded,
        URL_SAFE_NO_PAD.encode(secret),
        // The end depends on what follows.
        STANDARD_NO_PAD.encode(&secret[..secret.len() - secret.len() % 3]),
    ]
}

/// Panics with the name of the first secret that the text holds.
fn assert_clean(place: &str, text: &str, secrets: &BTreeMap<String, &'static str>) {
    for (secret, what) in secrets {
        for spelling in spellings(secret) {
            assert!(!text.contains(&spelling), "{place} holds a {what}: {spelling}");
        }
    }
}

/// Everything that a thief of the database would have.
fn dump(url: &str) -> String {
    if let Some(path) = url.strip_prefix("sqlite://") {
        let folder = Path::new(path).parent().unwrap();
        let files = std::fs::read_dir(folder).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
        // What is no UTF-8 becomes something else; the secrets are.
        return files.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect();
    }
    // As text with bytea in hexadecimal.
    let output = Command::new("pg_dump").args(["--inserts", url]).output().expect("pg_dump is where PostgreSQL is");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Every mode once, with what can go wrong; the pages and error bodies that were shown.
async fn everything(stage: &Stage) -> Vec<(String, String)> {
    let mut shown = Vec::new();
    let world = &stage.world;
    for key in ["acme", "basic-client", "named", "oauth1", "app", "app-with-user", "tools"] {
        stage.integrate(key).await;
        let token = stage.session(&format!("ada-{key}")).await;
        let mut browser = Browser::new();
        let page = browser.go(&stage.begin_url(key, &token, ""), None).await;
        assert_eq!(page.status.as_u16(), 200, "{key}: {}", page.text);
        shown.push((format!("the page of {key}"), page.text));
        // The same again: the code, the state and the session are spent.
        let last = browser.visited.last().unwrap().clone();
        shown.push((format!("the second page of {key}"), browser.get(&last).await.text));
        let connection = stage.connection_of(&format!("ada-{key}")).await.unwrap();
        let path = if key == "tools" { "" } else { "/api/me" };
        shown.push((format!("the proxy of {key}"), stage.proxied(key, &connection, path).await.text));
    }
    let accounts = world.accounts();
    let forms = [
        ("machine", "/oauth2/auth/machine", json!({ "client_id": accounts.machine.0, "client_secret": accounts.machine.1 })),
        ("two-step", "/auth/two-step/two-step", json!({ "username": accounts.username, "password": accounts.password })),
        (
            "bill",
            "/auth/bill/bill",
            json!({ "username": accounts.username, "password": accounts.password, "organization_id": accounts.organization, "dev_key": accounts.dev_key }),
        ),
        ("jwt", "/auth/jwt/jwt", json!({ "privateKey": world.private_key(), "keyId": "key-1", "issuerId": "issuer-1" })),
        ("wsse", "/auth/signature/wsse", json!({ "username": accounts.username, "password": accounts.password })),
        ("tba", "/auth/tba/tba", json!({ "token_id": accounts.tba_token.0, "token_secret": accounts.tba_token.1 })),
        ("aws", "/auth/aws-sigv4/aws", json!({ "role_arn": accounts.role, "region": "eu-west-1" })),
        ("api-key", "/api-auth/api-key/api-key", json!({ "apiKey": accounts.api_key })),
        ("basic-auth", "/api-auth/basic/basic-auth", json!({ "username": accounts.username, "password": accounts.password })),
    ];
    for (key, endpoint, body) in forms {
        stage.integrate(key).await;
        let token = stage.session(&format!("ada-{key}")).await;
        let params = [("accountId", accounts.tba_account.as_str()), ("external_id", accounts.external_id.as_str())];
        let params: Vec<_> =
            params.into_iter().filter(|(name, _)| (*name == "accountId") == (key == "tba") && (key == "tba" || key == "aws")).collect();
        let made = stage.supply(endpoint, &token, &params, body.clone()).await;
        assert!(made.status.is_success(), "{key}: {made:?}");
        // Spent, and then with nonsense beside it.
        shown.push((format!("the answer of {key}"), stage.supply(endpoint, &token, &params, body.clone()).await.text));
        let token = stage.session("eve").await;
        let mut wrong = body;
        for value in wrong.as_object_mut().unwrap().values_mut() {
            *value = json!([value]);
        }
        shown.push((format!("the refusal of {key}"), stage.supply(endpoint, &token, &params, wrong).await.text));
        let connection = stage.connection_of(&format!("ada-{key}")).await.unwrap();
        shown.push((format!("the proxy of {key}"), stage.proxied(key, &connection, "/api/me").await.text));
    }
    shown
}

/// A provider that repeats what it was sent, as careless ones do.
async fn careless(stage: &Stage) -> Vec<(String, String)> {
    let mut shown = Vec::new();
    let connection = stage.connection_of("ada-acme").await.unwrap();
    stage.world.plan(
        "/acme/token",
        Plan::Reshape(|answer| ("application/json", json!({ "error": "invalid_request", "error_description": answer }).to_string())),
    );
    shown.push(("a failed refresh".to_owned(), stage.read("acme", &connection, "&force_refresh=true").await.text));
    shown.push(("a connection's errors".to_owned(), stage.app.get("/connections").await.text));
    let token = stage.session("eve").await;
    stage.world.plan("/acme/token", Plan::Reshape(|answer| ("text/plain", format!("no: {answer}"))));
    let page = Browser::new().go(&stage.begin_url("acme", &token, ""), None).await;
    assert_eq!(page.status.as_u16(), 400, "{}", page.text);
    shown.push(("a page of a failed exchange".to_owned(), page.text));
    shown
}

on_both_databases! {
    /// S6: not in a log line, an error, a page, a list, a deleted connection, or the database's own bytes.
    async fn no_secret_is_seen_where_it_has_no_business(stage: Stage) {
        let mut shown = everything(&stage).await;
        shown.extend(careless(&stage).await);
        for path in ["/connections", "/integrations", "/providers", "/runs", "/operations?limit=1000", "/integrations/acme", "/connections/nobody?provider_config_key=acme"] {
            shown.push((path.to_owned(), stage.app.get(path).await.text));
        }
        let secrets = stage.world.secrets();
        let kinds: std::collections::BTreeSet<&str> = secrets.values().copied().collect();
        for kind in [
            "access-token", "api-key", "aws-secret", "aws-session-secret", "aws-session-token", "client-secret", "code", "consumer-secret", "dev-key",
            "machine-secret", "oauth1-secret", "oauth1-token", "password", "private-key", "refresh-token", "session-token", "tba-secret", "verifier",
        ] {
            assert!(kinds.contains(kind), "no {kind} was ever used: {kinds:?}");
        }
        for (place, text) in &shown {
            assert_clean(place, text, &secrets);
        }
        assert_clean("the database of the running server", &dump(stage.app.database.url()), &secrets);
        let doomed = stage.connection_of("ada-two-step").await.unwrap();
        stage.app.call(Method::DELETE, &format!("/connections/{doomed}?provider_config_key=two-step"), &[], None).await.ok();
        stage.stop();
        assert_clean("the log", &stage.app.log(), &secrets);
        assert_clean("the database", &dump(stage.app.database.url()), &secrets);
        // The search itself finds what is there.
        assert!(dump(stage.app.database.url()).contains("stand-in"), "the dump is not a dump");
        let basic = STANDARD.encode(format!("{}:{}", stage.world.accounts().username, stage.world.accounts().password));
        assert!(!stage.app.log().contains(&basic));
    }
}
