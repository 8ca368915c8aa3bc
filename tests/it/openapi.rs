//! The API against its own description, by schemathesis: thousands of requests, right and wrong, made from the description. What is left out, and
//! why, is in `tests/schemathesis/schemathesis.toml`.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::json;
use syncline_store::testing::TestDatabase;

use crate::app::App;
use crate::guests::{FIXTURE, root};
use crate::node::{ACCOUNT_KEY, ENCRYPTION_KEY, KEY};

/// What is true of every answer.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance,unsupported_method";

/// X7
#[test]
fn every_answer_is_one_that_the_description_describes() {
    let Some(tool) = find("schemathesis") else { return };
    syncline_store::testing::block_on(async {
        let app = App::start(TestDatabase::sqlite()).await;
        app.provider.put(1, "one");
        app.deploy(&FIXTURE).await.ok();
        app.connect_and_settle("c", json!({})).await;
        let run = app.sync("c", "full").await;
        app.call(reqwest::Method::PATCH, "/environment/webhooks", &[], Some(json!({ "primary_url": app.provider.url() }))).await.ok();
        let integration = ["key", "Provider-Config-Key", "provider_config_key", "integration_id", "integrationId"];
        let connection = ["connection", "Connection-Id", "connection_id", "connectionId"];
        let sync = ["name", "function", "syncs", "sync_name"];
        let named = |names: &[&str], value: &str| names.iter().map(|&name| (name.to_owned(), json!(value))).collect::<Vec<_>>();
        let existing = [
            named(&integration, "fixture"),
            named(&connection, "c"),
            named(&sync, "full"),
            named(&["action_name"], "echo"),
            named(&["model"], "Item"),
            named(&["run"], run["id"].as_str().unwrap()),
        ];
        let existing: serde_json::Map<_, _> = existing.into_iter().flatten().collect();
        let elsewhere = app.provider.url();
        let world = json!({
            "server": app.url(""),
            "key": KEY,
            "account_key": ACCOUNT_KEY,
            "encryption_key": ENCRYPTION_KEY,
            "existing": existing,
            "pinned": { "provider": "stand-in", "primary_url": elsewhere, "secondary_url": elsewhere, "webhook_url_override": elsewhere },
        });
        let folder = root().join("tests/schemathesis");
        let mut command = Command::new(tool);
        command.arg("--config-file").arg(folder.join("schemathesis.toml")).arg("run").arg(app.url("/openapi.json"));
        command.args(["--checks", CHECKS, "--no-color"]).current_dir(app.directory.path());
        command.env("SCHEMATHESIS_HOOKS", "hooks").env("PYTHONPATH", &folder).env("PYTHONDONTWRITEBYTECODE", "1");
        command.env("SCHEMATHESIS_WORLD", world.to_string()).stdin(Stdio::null());
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{said}");
        println!("{said}");
    });
}

/// By the OpenAPI Initiative's own schema of OpenAPI 3.1.
#[test]
fn the_description_is_valid_openapi() {
    let Some(tool) = find("openapi-spec-validator") else { return };
    syncline_store::testing::block_on(async {
        let app = App::start(TestDatabase::sqlite()).await;
        let file = app.directory.path().join("openapi.json");
        std::fs::write(&file, app.get("/openapi.json").await.text).unwrap();
        let output =
            tokio::task::spawn_blocking(move || Command::new(tool).args(["--schema", "3.1"]).arg(file).output().unwrap()).await.unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{said}");
    });
}

/// `None` where it is not installed, after saying so; panics then when `CI=true`.
fn find(tool: &str) -> Option<PathBuf> {
    let path = root().join("tests/schemathesis/.venv/bin").join(tool);
    #[expect(clippy::disallowed_methods, reason = "the same switch as for a missing PostgreSQL")]
    let is_ci = std::env::var("CI").is_ok_and(|value| value == "true");
    if path.is_file() {
        return Some(path);
    }
    let missing = format!(
        "{tool} is not installed: in tests/schemathesis, run `python3 -m venv .venv` and `.venv/bin/pip install --require-hashes -r requirements.txt`"
    );
    assert!(!is_ci, "{missing}");
    eprintln!("the description of the API was not held against the API: {missing}");
    None
}
