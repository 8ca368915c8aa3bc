//! The published `@nangohq/node`, and plain `fetch` for what it does not call. The cases are in `tests/clients/cases`; here is the world that
//! they happen in.

use serde_json::{Map, Value, json};

use crate::both::on_both_databases;
use crate::connecting::Stage;
use crate::guests::FIXTURE;
use crate::javascript::Suite;
use crate::node::{ACCOUNT_KEY, KEY};
use crate::provider::TOKEN;

/// Providers of every type of credentials that can be imported.
const IMPORTABLE: [&str; 8] = ["acme", "machine", "oauth1", "basic-auth", "tba", "app", "app-with-user", "none"];

/// In every hostile text, at the place where a file's name or a line would begin.
const FORGED: &str = "forged-";

on_both_databases! {
    async fn a_backend_works_unmodified(stage: Stage) {
        let Some(suite) = suite() else { return };
        let world = world(&stage).await;
        suite.run(world, None).await;
    }

    /// X6
    async fn hostile_text_stays_text(stage: Stage) {
        let Some(suite) = suite() else { return };
        let world = world(&stage).await;
        suite.run(world, Some("hostile")).await;
        // What the cases sent is marked; a line of its own in the log, or a file, would be one that somebody else wrote.
        assert!(!stage.app.log().lines().any(|line| line.starts_with(FORGED)), "{}", stage.app.log());
        let mut folders = vec![stage.app.directory.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let entry = entry.unwrap();
                assert!(!entry.file_name().to_string_lossy().contains(FORGED), "{}", entry.path().display());
                if entry.file_type().unwrap().is_dir() {
                    folders.push(entry.path());
                }
            }
        }
    }
}

fn suite() -> Option<Suite> {
    Suite::find("clients", "CLIENTS_TEST", "@nangohq/node", None)
}

/// What the cases need to know of a server with everything in it.
async fn world(stage: &Stage) -> Value {
    for id in 1..=3 {
        stage.app.provider.put(id, &format!("item {id}"));
    }
    stage.app.deploy(&FIXTURE).await.ok();
    for provider in IMPORTABLE {
        stage.integrate(provider).await;
    }
    let component = stage.app.directory.path().join("fixture.wasm");
    std::fs::write(&component, &*FIXTURE).unwrap();
    let setup_code = std::fs::read_to_string(stage.app.directory.path().join("data/console-setup-code")).unwrap();
    json!({
        "server": stage.app.url(""),
        "key": KEY,
        "otherKey": other_environments_key(stage),
        "provider": stage.app.provider.url(),
        "token": TOKEN,
        "component": component,
        "accountKey": ACCOUNT_KEY,
        "setupCode": setup_code.trim(),
        "credentials": credentials(stage),
    })
}

/// What a team that moves over brings along, by integration.
fn credentials(stage: &Stage) -> Map<String, Value> {
    let (accounts, app) = (stage.world.accounts(), stage.world.installation_of_somebody_else());
    let both = stage.world.installation_of_somebody_else();
    let (machine, machine_secret) = &accounts.machine;
    let (tba_id, tba_secret) = &accounts.tba_token;
    let all = json!({
        "fixture": { "type": "API_KEY", "apiKey": TOKEN },
        "acme": { "type": "OAUTH2", "access_token": "brought-access", "refresh_token": "brought-refresh" },
        "machine": { "type": "OAUTH2_CC", "token": "brought-token", "client_id": machine, "client_secret": machine_secret },
        "oauth1": { "type": "OAUTH1", "oauth_token": "brought-token", "oauth_token_secret": "brought-secret" },
        "basic-auth": { "type": "BASIC", "username": accounts.username, "password": accounts.password },
        "tba": { "type": "TBA", "token_id": tba_id, "token_secret": tba_secret },
        "app": { "type": "APP", "app_id": accounts.app_id, "installation_id": app.to_string() },
        "app-with-user": { "type": "CUSTOM", "app_id": accounts.app_id, "installation_id": both.to_string() },
        "none": { "type": "NONE" },
    });
    let Value::Object(all) = all else { unreachable!("an object is written above") };
    all
}

/// The server makes what is not configured.
fn other_environments_key(stage: &Stage) -> String {
    let keys = std::fs::read_to_string(stage.app.directory.path().join("data/api-keys.toml")).unwrap();
    keys.lines().find_map(|line| line.strip_prefix("prod = \"")).unwrap().trim_end_matches('"').to_owned()
}
