//! A server with a database and a provider of its own.

use std::ops::Deref;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::{Value, json};
use syncline_store::testing::TestDatabase;
use tempfile::TempDir;

use crate::node::{Answer, KEY, Node, Place};
use crate::provider::{Provider, TOKEN};

/// A server and what belongs to it.
pub(crate) struct App {
    node: Node,
    pub(crate) database: TestDatabase,
    pub(crate) directory: TempDir,
    pub(crate) provider: Provider,
    nodes: u32,
    variables: Variables,
}

/// What a server has in its environment beside the usual.
pub(crate) type Variables = &'static [(&'static str, &'static str)];

/// Functions run in processes of their own.
pub(crate) const BEHIND_THE_WALL: Variables = &[("SYNCLINE_ISOLATION", "process")];

impl Deref for App {
    type Target = Node;

    fn deref(&self) -> &Node {
        &self.node
    }
}

impl App {
    /// A server with an empty database, a provider, and the integration `fixture` for it.
    pub(crate) async fn start(database: TestDatabase) -> Self {
        Self::start_with(database, &[]).await
    }

    /// The same with further variables in the environment of the server, and of those that follow it.
    pub(crate) async fn start_in(database: TestDatabase, variables: Variables) -> Self {
        Self::start_all(database, &[], variables).await
    }

    /// The same with further entries in its catalogue: file name and text.
    pub(crate) async fn start_with(database: TestDatabase, entries: &[(String, String)]) -> Self {
        Self::start_all(database, entries, &[]).await
    }

    /// Both.
    pub(crate) async fn start_all(database: TestDatabase, entries: &[(String, String)], variables: Variables) -> Self {
        let provider = Provider::start().await;
        let directory = tempfile::tempdir().unwrap();
        describe(&provider, directory.path());
        for (name, text) in entries {
            std::fs::write(directory.path().join("providers").join(name), text).unwrap();
        }
        let node = Node::start_with(&first(&database, &directory), variables).await;
        let app = Self { node, database, directory, provider, nodes: 1, variables };
        app.integrate().await;
        app
    }

    /// Another server on the same database; browsers still come to the first.
    pub(crate) async fn another_node(&mut self) -> Node {
        self.nodes += 1;
        let data = format!("data-{}", self.nodes);
        let public_url = Some(self.url(""));
        let place = Place { database_url: self.database.url(), directory: self.directory.path(), data: &data, public_url, rate_limit: 0 };
        Node::start_with(&place, self.variables).await
    }

    /// The same, with further variables in its environment.
    pub(crate) async fn another_node_with(&mut self, variables: &[(&str, &str)]) -> Node {
        self.nodes += 1;
        let data = format!("data-{}", self.nodes);
        let public_url = Some(self.url(""));
        let place = Place { database_url: self.database.url(), directory: self.directory.path(), data: &data, public_url, rate_limit: 0 };
        Node::start_with(&place, variables).await
    }

    /// Kills the process as a power cut would, and starts another on what is left.
    pub(crate) async fn crash_and_restart(&mut self) {
        self.node.kill();
        self.node = Node::start_with(&first(&self.database, &self.directory), self.variables).await;
    }

    /// SIGTERM, as an operator or a rolling deploy stops it; the process must end well and must not have shown a credential.
    pub(crate) fn stop(&mut self) {
        self.node.terminate();
        assert!(!self.log().contains(TOKEN), "the log shows a credential:\n{}", self.log());
    }

    /// The same, with further variables in the environment of the next one.
    pub(crate) async fn restart_with(&mut self, variables: &[(&str, &str)]) {
        self.stop();
        self.node = Node::start_with(&first(&self.database, &self.directory), variables).await;
    }

    /// SIGTERM and another process on the same database.
    pub(crate) async fn restart(&mut self) {
        self.stop();
        self.node = Node::start_with(&first(&self.database, &self.directory), self.variables).await;
    }
}

/// What a product's backend does with any server.
impl Node {
    /// The integration of [`describe`]'s provider.
    pub(crate) async fn integrate(&self) {
        self.post("/integrations", json!({ "provider": "stand-in", "unique_key": "fixture" })).await.ok();
    }

    pub(crate) async fn deploy(&self, wasm: &[u8]) -> Answer {
        self.deploy_to("fixture", wasm).await
    }

    pub(crate) async fn deploy_to(&self, integration: &str, wasm: &[u8]) -> Answer {
        let components = json!([{ "integration": integration, "wasm": STANDARD.encode(wasm) }]);
        self.post("/deployments", json!({ "components": components, "allow_destructive": true })).await
    }

    /// Creates the connection, or overrides it.
    pub(crate) async fn connect(&self, connection: &str, metadata: Value) -> Value {
        let body = json!({
            "provider_config_key": "fixture", "connection_id": connection, "metadata": metadata,
            "credentials": { "type": "API_KEY", "apiKey": TOKEN },
        });
        self.post("/connections", body).await.ok()
    }

    /// Whether it was acknowledged; false also where there was no answer.
    pub(crate) async fn try_connect(&self, connection: &str) -> bool {
        let body = json!({
            "provider_config_key": "fixture", "connection_id": connection, "credentials": { "type": "API_KEY", "apiKey": TOKEN },
        });
        let answer = self.http.post(self.url("/connections")).bearer_auth(KEY).json(&body).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    /// The same, and waits for the end of `full`, which starts with the connection and shares the model `Item` with the other syncs: what they
    /// saved before its delete tracking began, it would rightly take for gone.
    pub(crate) async fn connect_and_settle(&self, connection: &str, metadata: Value) {
        self.connect(connection, metadata).await;
        self.eventually("end of the first run of full", || async {
            self.runs(connection, "full").await.first().is_some_and(|run| run["state"] != "running").then_some(())
        })
        .await;
    }

    pub(crate) async fn set_metadata(&self, connection: &str, metadata: Value) {
        let body = json!({ "connection_id": connection, "provider_config_key": "fixture", "metadata": metadata });
        self.post("/connections/metadata", body).await.ok();
    }

    pub(crate) async fn action(&self, connection: &str, action: &str, input: Value) -> Answer {
        let headers = [("Connection-Id", connection), ("Provider-Config-Key", "fixture")];
        self.call(Method::POST, "/action/trigger", &headers, Some(json!({ "action_name": action, "input": input }))).await
    }

    /// Triggers the sync and waits for the run that begins after this call; returns the run.
    pub(crate) async fn sync(&self, connection: &str, sync: &str) -> Value {
        // A run that is under way already would swallow the trigger, and be none that began now.
        let before = self
            .eventually(&format!("end of the present run of {sync}"), || async {
                let runs = self.runs(connection, sync).await;
                runs.iter().all(|run| run["state"] != "running").then_some(runs.len())
            })
            .await;
        self.trigger(connection, sync).await;
        self.eventually(&format!("a run of {sync}"), || async {
            let runs = self.runs(connection, sync).await;
            (runs.len() > before && runs[0]["state"] != "running").then(|| runs[0].clone())
        })
        .await
    }

    pub(crate) async fn trigger(&self, connection: &str, sync: &str) {
        let body = json!({ "syncs": [sync], "provider_config_key": "fixture", "connection_id": connection });
        self.post("/sync/trigger", body).await.ok();
    }

    /// Newest first.
    pub(crate) async fn runs(&self, connection: &str, function: &str) -> Vec<Value> {
        let path = format!("/runs?connection_id={connection}&integration_id=fixture&function={function}&limit=100");
        self.get(&path).await.ok()["data"].as_array().unwrap().clone()
    }

    pub(crate) async fn run_log(&self, run: &Value) -> String {
        self.get(&format!("/runs/{}/logs?limit=1000", run["id"].as_str().unwrap())).await.ok().to_string()
    }

    /// Every change of a model after the cursor, page by page, and the last cursor.
    pub(crate) async fn changes(&self, connection: &str, model: &str, cursor: Option<String>) -> (Vec<Value>, Option<String>) {
        let (mut records, mut cursor) = (Vec::new(), cursor);
        loop {
            let after = cursor.as_ref().map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
            let headers = [("Connection-Id", connection), ("Provider-Config-Key", "fixture")];
            let page = self.call(Method::GET, &format!("/records?model={model}&limit=1000{after}"), &headers, None).await.ok();
            let list = page["records"].as_array().unwrap();
            if let Some(last) = list.last() {
                cursor = Some(last["_nango_metadata"]["cursor"].as_str().unwrap().to_owned());
            }
            records.extend(list.iter().cloned());
            if page["next_cursor"].is_null() {
                return (records, cursor);
            }
        }
    }
}

/// Writes the stand-in's entry into the folder `providers` of `directory`.
pub(crate) fn describe(provider: &Provider, directory: &Path) {
    let providers = directory.join("providers");
    std::fs::create_dir(&providers).unwrap();
    let entry = format!(
        "key: stand-in\ndisplay_name: Stand-in\ncategories: [dev-tools]\ndocs: https://example.com/docs\nauth:\n  mode: API_KEY\nproxy:\n  base_url: {}\n  headers:\n    authorization: Bearer ${{apiKey}}\n  paginate:\n    type: link\n    link_rel_in_response_header: next\nsources: [https://example.com/docs]\n",
        provider.url()
    );
    std::fs::write(providers.join("stand-in.yaml"), entry).unwrap();
}

fn first<'a>(database: &'a TestDatabase, directory: &'a TempDir) -> Place<'a> {
    Place { database_url: database.url(), directory: directory.path(), data: "data", public_url: None, rate_limit: 0 }
}
