//! Providers that no release has: a file in the format of Nango's `providers.yaml`, and an entry of one's own. Through the real binary.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use syncline_store::testing::TestDatabase;

use crate::app::App;
use crate::authorization::World;
use crate::connecting::Stage;
use crate::node::KEY;
use crate::provider::TOKEN;

mod five_minutes;
mod initech;

/// What a team brings along: one with consent, one with a key, one that starts from a shipped one.
const FILE: &str = "\
acme:
  display_name: Acme
  categories: [crm]
  auth_mode: OAUTH2
  authorization_url: {WORLD}/acme/authorize
  authorization_params: {response_type: code, access_type: offline}
  token_url: {WORLD}/acme/token
  token_params: {grant_type: authorization_code}
  refresh_params: {grant_type: refresh_token}
  default_scopes: [read, write]
  token_response_metadata: [account_id]
  post_connection_script: acmePostConnection
  docs: https://docs.nango.dev/integrations/all/acme
  proxy:
    base_url: {WORLD}/acme
    headers: {x-account: '${connectionConfig.account_id}'}
    verification: {method: GET, endpoints: [/api/me]}
  connection_config:
    account_id: {type: string, title: Account, description: Of the account, automated: true}
shop:
  display_name: Shop
  categories: [e-commerce]
  auth_mode: API_KEY
  docs: https://docs.nango.dev/integrations/all/shop
  proxy:
    base_url: {SHOP}
    headers: {authorization: 'Bearer ${apiKey}'}
  credentials:
    apiKey: {type: string, title: Key, description: Under Settings, pattern: '^canary-.+$', secret: true}
github-here:
  alias: github
  display_name: GitHub here
  docs: https://docs.nango.dev/integrations/all/github-here
  proxy: {base_url: '{SHOP}'}
";

/// The binary with these words, and nothing of this process's settings; whether it was content, and what it said.
fn say(words: &[&str], environment: &[(&str, &str)]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_syncline"));
    command.args(words).env_clear().envs(environment.iter().copied()).stdin(Stdio::null());
    let output = command.output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.success(), text)
}

fn written(folder: &Path, text: &str) -> String {
    let path = folder.join("providers.yaml");
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_imported_file_connects_and_proxies_on_sqlite() {
    an_imported_file_connects_and_proxies(TestDatabase::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_imported_file_connects_and_proxies_on_postgres() {
    if let Some(database) = TestDatabase::postgres().await {
        an_imported_file_connects_and_proxies(database).await;
    }
}

async fn an_imported_file_connects_and_proxies(database: TestDatabase) {
    let mut stage = Stage { app: App::start(database).await, world: World::start().await };
    let text = FILE.replace("{WORLD}", &stage.world.url("")).replace("{SHOP}", &stage.app.provider.url());
    let file = written(stage.app.directory.path(), &text);
    stage.app.restart_with(&[("SYNCLINE_PROVIDERS", &file)]).await;
    stage.register();
    // Once, with what the operator can do about it.
    let log = stage.app.log();
    let told: Vec<&str> = log.lines().filter(|line| line.contains("not supported here")).collect();
    assert!(told.len() == 1 && told[0].contains("1 of 3 providers") && told[0].contains(": acme; `syncline providers check "), "{log}");

    let listed = stage.app.get("/providers/github-here").await.ok();
    assert_eq!((&listed["data"]["display_name"], &listed["data"]["auth_mode"]), (&json!("GitHub here"), &json!("OAUTH2")));

    stage.integrate("acme").await;
    let connection = stage.authorize("acme", "ada").await;
    assert_eq!(stage.world.last_scope(), "read write");
    let shown: Value = stage.read("acme", &connection, "&force_refresh=true").await.ok();
    assert_eq!((&shown["connection_config"]["account_id"], stage.world.counts("acme").refreshes), (&json!("account-1"), 1));
    assert_eq!(stage.proxied("acme", &connection, "/api/me").await.ok(), json!({ "me": "acme" }));

    stage.app.post("/integrations", json!({ "provider": "shop", "unique_key": "shop" })).await.ok();
    let token = stage.session("bob").await;
    let refused = stage.supply("/api-auth/api-key/shop", &token, &[], json!({ "apiKey": "another" })).await;
    assert_eq!(refused.status.as_u16(), 400, "{}", refused.text);
    let connection = stage.supplied("/api-auth/api-key/shop", &[], json!({ "apiKey": TOKEN })).await;
    stage.app.provider.put(7, "seven");
    assert_eq!(stage.proxied("shop", &connection, "/items").await.ok(), json!([{ "id": "7", "name": "seven" }]));
    stage.stop();
}

/// X6: a file that cannot be used refuses the start, and the check tells all of it.
#[tokio::test]
async fn a_refused_provider_refuses_the_start_and_the_check_tells_all() {
    let place = tempfile::tempdir().unwrap();
    let bad = FILE.replace("{WORLD}", "https://acme.example").replace("{SHOP}", "https://shop.example").replace("${apiKey}", "${apikey}")
        + "other:\n  auth_mode: SMOKE_SIGNALS\n";
    let file = written(place.path(), &bad);
    let data = place.path().join("data");
    let serve = |environment: &[(&str, &str)]| {
        let data = data.to_str().unwrap();
        say(&["serve", "--listen", "127.0.0.1:0", "--data-dir", data], environment)
    };
    let (fine, told) = serve(&[("SYNCLINE_PROVIDERS", &file)]);
    assert!(!fine && told.contains("providers.yaml:27: `shop.proxy.headers.authorization`: `${apikey}` is not supported"), "{told}");
    assert!(told.contains(&format!("`syncline providers check {file}` tells everything")), "{told}");
    let (fine, told) = say(&["providers", "check", &file], &[]);
    assert!(!fine, "{told}");
    for line in [
        "providers.yaml:27: `shop.proxy.headers.authorization`: `${apikey}` is not supported",
        "providers.yaml:36: `other.auth_mode`: `SMOKE_SIGNALS` is not one of",
        "providers.yaml:12: `acme.post_connection_script`: is not supported",
        "2 of 4 providers can be used: acme, github-here",
        "1 of 1 file is wrong",
    ] {
        assert!(told.contains(line), "{line}\n{told}");
    }
    let (fine, told) = say(&["providers", "check", &file, "--json"], &[]);
    let document: Value = serde_json::from_str(told.lines().next().unwrap()).unwrap_or_else(|error| panic!("{error}\n{told}"));
    let providers = document["files"][0]["providers"].as_array().unwrap();
    let ok: Vec<(&str, bool)> = providers.iter().map(|one| (one["key"].as_str().unwrap(), one["ok"].as_bool().unwrap())).collect();
    assert_eq!((fine, ok), (false, vec![("acme", true), ("shop", false), ("github-here", true), ("other", false)]));

    // What is no such file.
    for (text, expected) in [
        (&b"acme: \xff\n"[..], "providers.yaml:1: is not UTF-8"),
        (b"acme:\n\tauth_mode: NONE\n", "providers.yaml:2: is not YAML"),
        (b"- acme\n", "providers.yaml:1: must be a map"),
    ] {
        std::fs::write(&file, text).unwrap();
        let (fine, told) = serve(&[("SYNCLINE_PROVIDERS", &file)]);
        assert!(!fine && told.contains(expected), "{expected}\n{told}");
    }
    let (fine, told) = serve(&[("SYNCLINE_PROVIDERS", "/no/such/file.yaml")]);
    assert!(!fine && told.contains("which is not a file"), "{told}");

    // A key in the folder and in the file: which is meant, only their owner knows.
    std::fs::write(&file, "own:\n  auth_mode: NONE\n  display_name: A\n  categories: [crm]\n  docs: https://a.example\n").unwrap();
    let folder = place.path().join("own");
    std::fs::create_dir(&folder).unwrap();
    let own = "key: own\ndisplay_name: A\ncategories: [crm]\ndocs: https://a.example\nauth: {mode: NONE}\nproxy: {base_url: https://a.example}\nsources: [https://a.example]\n";
    std::fs::write(folder.join("own.yaml"), own).unwrap();
    let (fine, told) = serve(&[("SYNCLINE_PROVIDERS", &file), ("SYNCLINE_PROVIDERS_DIR", folder.to_str().unwrap())]);
    assert!(!fine && told.contains("`own` is described in") && told.contains("own.yaml already"), "{told}");
}

/// Offline commands read the file too, and write it as entries that a folder takes.
#[tokio::test]
async fn an_imported_file_is_shown_and_written_as_entries() {
    let place = tempfile::tempdir().unwrap();
    let good = FILE.replace("{WORLD}", "https://acme.example").replace("{SHOP}", "https://shop.example");
    let file = written(place.path(), &good);
    let (fine, told) = say(&["providers", "list", "--providers", &file], &[]);
    assert!(fine && told.contains("github-here") && told.contains("shop"), "{told}");
    let (fine, told) = say(&["providers", "show", "shop"], &[("SYNCLINE_PROVIDERS", &file)]);
    assert!(fine && told.contains("https://shop.example"), "{told}");
    let own = place.path().join("own");
    let (fine, told) = say(&["providers", "import", &file, "--output", own.to_str().unwrap()], &[]);
    assert!(fine && told.contains("3 of 3 entries are in"), "{told}");
    let files: Vec<String> =
        ["acme", "shop", "github-here"].iter().map(|key| own.join(format!("{key}.yaml")).display().to_string()).collect();
    let words: Vec<&str> = ["providers", "check"].into_iter().chain(files.iter().map(String::as_str)).collect();
    let (fine, told) = say(&words, &[]);
    assert!(fine && told.contains("`acme` is fine (OAUTH2)"), "{told}");
    let (fine, told) = say(&["providers", "list", "--providers-dir", own.to_str().unwrap(), "--providers", &file], &[]);
    assert!(!fine && told.contains("already"), "{told}");
    assert!(!told.contains(KEY));
}
