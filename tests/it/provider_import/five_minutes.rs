//! The five minutes of `providers/README.md`: its file, and what it says to do with it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use syncline_store::testing::TestDatabase;

use super::initech::{CLIENT, Initech, SUBDOMAIN, TICKETS};
use super::say;
use crate::app::App;
use crate::authorization::World;
use crate::browser::Browser;
use crate::connecting::Stage;
use crate::guests::FIXTURE;
use crate::node::KEY;

const README: &str = include_str!("../../../providers/README.md");

/// The section's one entry, as its readers see it.
fn entry() -> &'static str {
    let section = README.split("\n## Five minutes").nth(1).expect("the section is there").split("\n## ").next().unwrap();
    section.split("```yaml\n").nth(1).expect("it has an entry").split("```").next().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_private_api_works_five_minutes_after_its_file_was_written_on_sqlite() {
    five_minutes(TestDatabase::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_private_api_works_five_minutes_after_its_file_was_written_on_postgres() {
    if let Some(database) = TestDatabase::postgres().await {
        five_minutes(database).await;
    }
}

async fn five_minutes(database: TestDatabase) {
    let initech = Initech::start().await;
    // Only where the API is differs from what the page shows.
    let shown = "https://${connectionConfig.subdomain}.initech.example";
    assert_eq!(entry().matches(shown).count(), 3, "{}", entry());
    let text = entry().replace(shown, &format!("{}/${{connectionConfig.subdomain}}", initech.url()));
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("initech.yaml");
    std::fs::write(&file, &text).unwrap();
    let (fine, told) = say(&["providers", "check", file.to_str().unwrap()], &[]);
    assert!(fine && told.contains("`initech` is fine (OAUTH2). It would send:") && told.contains("code_challenge_method=S256"), "{told}");

    let app = App::start_with(database, &[("initech.yaml".to_owned(), text)]).await;
    let mut stage = Stage { app, world: World::start().await };
    let secret = place.path().join("client-secret");
    std::fs::write(&secret, CLIENT.1).unwrap();
    let server = stage.app.url("");
    let remote = [("SYNCLINE_SERVER", server.as_str()), ("SYNCLINE_SECRET_KEY_DEV", KEY)];
    let create = ["integrations", "create", "initech", "--client-id", CLIENT.0, "--client-secret-file", secret.to_str().unwrap()];
    let (fine, told) = say(&create, &remote);
    assert!(fine, "{told}");

    // Connect: the person says where their account is, and consents.
    let token = stage.session("ada").await;
    let page = Browser::new().go(&stage.begin_url("initech", &token, &format!("&params[subdomain]={SUBDOMAIN}")), None).await;
    assert_eq!((page.status.as_u16(), initech.book().refused), (200, Vec::<String>::new()), "{}", page.text);
    let connection = stage.connection_of("ada").await.expect("a connection");

    // Refresh, and the proxy with the new token.
    let (fine, told) = say(&["connections", "refresh", &connection, "--integration", "initech"], &remote);
    assert!(fine && initech.book().refreshes == 1, "{told}");
    let first: Value = stage.proxied("initech", &connection, "/tickets?limit=2").await.ok();
    assert_eq!((first["tickets"].as_array().unwrap().len(), &first["next"]), (2, &json!("2")));

    // Paging, by a function that says nothing of it: the entry does. A deployment starts the sync, so its metadata stands before.
    let metadata = json!({
        "connection_id": connection, "provider_config_key": "initech", "metadata": { "pages": "entry", "page_size": 2, "track_deletes": false },
    });
    stage.app.post("/connections/metadata", metadata).await.ok();
    let components = json!([{ "integration": "initech", "wasm": STANDARD.encode(&*FIXTURE) }]);
    stage.app.post("/deployments", json!({ "components": components, "allow_destructive": true })).await.ok();
    let trigger = json!({ "syncs": ["full"], "provider_config_key": "initech", "connection_id": connection });
    stage.app.post("/sync/trigger", trigger).await.ok();
    let headers = [("Connection-Id", connection.as_str()), ("Provider-Config-Key", "initech")];
    let records = stage
        .app
        .eventually("all tickets", || async {
            let page = stage.app.call(reqwest::Method::GET, "/records?model=Item", &headers, None).await;
            let records = page.status.is_success().then(|| page.json()["records"].as_array().unwrap().clone())?;
            (records.len() == TICKETS).then_some(records)
        })
        .await;
    assert!(records.iter().any(|record| record["name"] == "ticket 4"), "{records:?}");
    let pages = initech.book().pages;
    // The trigger may have begun once more by now.
    assert!(pages.windows(3).any(|three| three == ["", "2", "4"]), "{pages:?}");
    assert_eq!(initech.book().refused, Vec::<String>::new());
    stage.stop();
}
