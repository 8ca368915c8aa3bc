//! The real binary as a child process, with a database of its own.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use syncline_store::testing::TestDatabase;
use tempfile::TempDir;

use crate::provider::{Provider, TOKEN};

const KEY: &str = "6b1f9c1e-4a52-4f7b-9d0a-3f4f6d1c2b3a";
/// The key of all test databases: `TestDatabase::key`.
const ENCRYPTION_KEY: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
/// Longer than anything here takes on a loaded machine; only a test that fails waits for it.
const PATIENCE: Duration = Duration::from_secs(240);

/// A server and what belongs to it.
pub(crate) struct App {
    child: Child,
    pub(crate) database: TestDatabase,
    pub(crate) directory: TempDir,
    pub(crate) provider: Provider,
    pub(crate) http: reqwest::Client,
    port: u16,
    log: Arc<Mutex<String>>,
}

/// An answer, read.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The stable code of an error.
    pub(crate) fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_else(|| panic!("no code: {}", self.text)).to_owned()
    }

    /// The answer, which must be a success.
    pub(crate) fn ok(self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }
}

impl App {
    /// A server with an empty database, a provider, and the integration `fixture` for it.
    pub(crate) async fn start(database: TestDatabase) -> Self {
        let provider = Provider::start().await;
        let directory = tempfile::tempdir().unwrap();
        let providers = directory.path().join("providers");
        std::fs::create_dir(&providers).unwrap();
        let entry = format!(
            "key: stand-in\ndisplay_name: Stand-in\ncategories: [dev-tools]\ndocs: https://example.com/docs\nauth:\n  mode: API_KEY\nproxy:\n  base_url: {}\n  headers:\n    authorization: Bearer ${{apiKey}}\n  paginate:\n    type: link\n    link_rel_in_response_header: next\nsources: [https://example.com/docs]\n",
            provider.url()
        );
        std::fs::write(providers.join("stand-in.yaml"), entry).unwrap();
        let (child, port, log) = spawn(&database, &directory);
        // Whoever is first in this process installs it; all install the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        #[expect(clippy::disallowed_methods, reason = "a test's client is nobody's outgoing traffic")]
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
        let mut app = Self { child, database, directory, provider, http, port, log };
        app.ready().await;
        app.call(Method::POST, "/integrations", &[], Some(json!({ "provider": "stand-in", "unique_key": "fixture" }))).await.ok();
        app
    }

    /// Kills the process as a power cut would, and starts another on what is left.
    pub(crate) async fn crash_and_restart(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        (self.child, self.port, self.log) = spawn(&self.database, &self.directory);
        self.ready().await;
    }

    /// SIGTERM, as an operator or a rolling deploy stops it; the process must end well.
    pub(crate) fn stop(&mut self) {
        if self.child.try_wait().unwrap().is_none() {
            let pid = self.child.id().to_string();
            Command::new("kill").args(["-TERM", &pid]).status().unwrap();
            let status = self.child.wait().unwrap();
            assert!(status.success(), "{status}\n{}", self.log());
        }
        assert!(!self.log().contains(TOKEN), "the log shows a credential:\n{}", self.log());
    }

    /// SIGTERM and another process on the same database.
    pub(crate) async fn restart(&mut self) {
        self.stop();
        (self.child, self.port, self.log) = spawn(&self.database, &self.directory);
        self.ready().await;
    }

    /// What the server wrote to stderr so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub(crate) async fn call(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<Value>) -> Answer {
        let mut request = self.http.request(method, self.url(path)).bearer_auth(KEY);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        read(request).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, &[], None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, &[], Some(body)).await
    }

    pub(crate) async fn deploy(&self, wasm: &[u8]) -> Answer {
        self.post("/deployments", json!({ "components": [{ "integration": "fixture", "wasm": STANDARD.encode(wasm) }] })).await
    }

    /// Creates the connection, or overrides it.
    pub(crate) async fn connect(&self, connection: &str, metadata: Value) -> Value {
        let body = json!({
            "provider_config_key": "fixture", "connection_id": connection, "metadata": metadata,
            "credentials": { "type": "API_KEY", "apiKey": TOKEN },
        });
        self.post("/connections", body).await.ok()
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
        let before = self.runs(connection, sync).await.len();
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

    /// Asks until there is an answer.
    pub(crate) async fn eventually<T, F: Future<Output = Option<T>>>(&self, what: &str, mut ask: impl FnMut() -> F) -> T {
        let begin = Instant::now();
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            assert!(begin.elapsed() < PATIENCE, "no {what} in {PATIENCE:?}; the server says:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn ready(&mut self) {
        let begin = Instant::now();
        loop {
            if let Ok(answer) = self.http.get(self.url("/ready")).send().await
                && answer.status().is_success()
            {
                return;
            }
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none() && begin.elapsed() < PATIENCE, "the server is not ready ({ended:?}); it says:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for App {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("--- the server's log\n{}", self.log());
        }
    }
}

pub(crate) async fn read(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    Answer { status, headers, text: response.text().await.unwrap() }
}

fn spawn(database: &TestDatabase, directory: &TempDir) -> (Child, u16, Arc<Mutex<String>>) {
    // Another process may take the port before the server does; then the server says so and the test fails loudly.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut child = Command::new(env!("CARGO_BIN_EXE_syncline"))
        .arg("serve")
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("SYNCLINE_LISTEN", format!("127.0.0.1:{port}"))
        .env("SYNCLINE_DATABASE_URL", database.url())
        .env("SYNCLINE_DATA_DIR", directory.path().join("data"))
        .env("SYNCLINE_PROVIDERS_DIR", directory.path().join("providers"))
        .env("SYNCLINE_ALLOW_PRIVATE_NETWORK", "true")
        .env("SYNCLINE_SECRET_KEY_DEV", KEY)
        .env("SYNCLINE_ENCRYPTION_KEY", ENCRYPTION_KEY)
        .env("SYNCLINE_LEASE_SECONDS", "2")
        .env("SYNCLINE_LOG", "info")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let log = Arc::new(Mutex::new(String::new()));
    let (lines, written) = (BufReader::new(child.stderr.take().unwrap()).lines(), Arc::clone(&log));
    std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            let mut log = written.lock().unwrap();
            log.push_str(&line);
            log.push('\n');
        }
    });
    (child, port, log)
}
