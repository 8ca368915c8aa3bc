//! Agents: the official client of the Model Context Protocol. The cases are in `tests/mcp`; here is the server that they meet.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use syncline_domain::{Clock as _, EnvironmentName};
use syncline_store::NewApiKey;
use syncline_store::testing::TestDatabase;

use crate::app::App;
use crate::both::on_both_databases;
use crate::guests::FIXTURE;
use crate::node::KEY;

const NARROW_KEY: &str = "a-key-for-actions-only";
const TOOLS_KEY: &str = "a-key-for-tools-only";
const OTHER_KEY: &str = "a-key-of-another-environment";
/// What an action says when it fails: the caller's affair, and in no log.
const REASON: &str = "the-reason-why-it-failed";

/// A server with two connections, and keys that may less.
struct World(App);

impl World {
    async fn start(database: TestDatabase) -> Self {
        let store = database.open().await;
        let now = database.clock().now();
        for (environment, key, scope) in
            [("dev", NARROW_KEY, "environment:actions:*"), ("dev", TOOLS_KEY, "environment:mcp"), ("other", OTHER_KEY, "environment:*")]
        {
            let environment = store.environments().ensure(&EnvironmentName::new(environment).unwrap(), now).await.unwrap().id;
            let hash = Sha256::digest(key).into();
            let key = NewApiKey { environment, display_name: key.to_owned(), hash, scopes: vec![scope.to_owned()], now };
            store.api_keys().insert(key, 10).await.unwrap();
        }
        store.close().await;
        let app = App::start(database).await;
        app.deploy(&FIXTURE).await.ok();
        app.connect("ada", json!({})).await;
        app.connect("eve", json!({})).await;
        Self(app)
    }

    fn stop(&mut self) {
        assert!(!self.0.log().contains(REASON), "the log shows what an action answered:\n{}", self.0.log());
        self.0.stop();
    }
}

on_both_databases! {
    async fn the_official_client_finds_and_calls_tools(world: World) {
        let Some(folder) = folder() else { return };
        let about = json!({
            "server": world.0.url(""), "key": KEY, "narrowKey": NARROW_KEY, "toolsKey": TOOLS_KEY, "otherKey": OTHER_KEY, "reason": REASON,
        });
        let said = tokio::task::spawn_blocking(move || run(&folder, &about)).await.unwrap();
        println!("{}", said.unwrap_or_else(|said| panic!("some cases failed:\n{said}")));
    }
}

/// `None` where something is missing, after saying what. Panics then when `CI=true`.
fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/mcp");
    let missing = if Command::new("node").arg("--version").stdout(Stdio::null()).status().is_err() {
        "Node.js 20 or later is not installed"
    } else if !folder.join("node_modules/@modelcontextprotocol/sdk").is_dir() {
        "the packages are not installed: run `npm ci` in tests/mcp"
    } else {
        return Some(folder);
    };
    #[expect(clippy::disallowed_methods, reason = "the same switch as for a missing PostgreSQL")]
    let is_ci = std::env::var("CI").is_ok_and(|value| value == "true");
    assert!(!is_ci, "{missing}");
    eprintln!("the tests of the MCP client did not run: {missing}");
    None
}

/// What the cases said, as an error when one of them failed.
fn run(folder: &Path, about: &Value) -> Result<String, String> {
    let output = Command::new("node")
        .arg("tools.test.mjs")
        .current_dir(folder)
        .env("MCP_TEST", about.to_string())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.success() { Ok(said) } else { Err(said) }
}
