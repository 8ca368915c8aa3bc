//! One server: the real binary as a child process.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::Value;

/// The API key of all tests.
pub(crate) const KEY: &str = "6b1f9c1e-4a52-4f7b-9d0a-3f4f6d1c2b3a";
/// The account's key of all tests.
pub(crate) const ACCOUNT_KEY: &str = "0c9f7c52-6a0e-4c55-8f37-5f0f3f6b9e11";
/// The key of all test databases: `TestDatabase::key`.
pub(crate) const ENCRYPTION_KEY: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
/// Longer than anything here takes on a loaded machine; only a test that fails waits for it.
const PATIENCE: Duration = Duration::from_secs(240);

/// A running server.
pub(crate) struct Node {
    child: Child,
    pub(crate) http: reqwest::Client,
    port: u16,
    log: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

/// What a server is started on.
pub(crate) struct Place<'a> {
    pub(crate) database_url: &'a str,
    /// Holds the folder `providers`.
    pub(crate) directory: &'a Path,
    /// Of this server alone, below `directory`.
    pub(crate) data: &'a str,
    /// Where browsers reach it, if not where it listens.
    pub(crate) public_url: Option<String>,
    /// Requests a minute; 0 for no limit.
    pub(crate) rate_limit: u32,
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

impl Node {
    /// Starts it and waits until it is ready.
    pub(crate) async fn start(place: &Place<'_>) -> Self {
        Self::start_with(place, &[]).await
    }

    /// The same with further variables in its environment.
    pub(crate) async fn start_with(place: &Place<'_>, variables: &[(&str, &str)]) -> Self {
        // Another server may take the port between the choice and its use; then this one says so, and another port is as good.
        for _ in 0..3 {
            let mut node = Self::launch(place, variables);
            if node.ready().await {
                return node;
            }
            eprintln!("a server did not start:\n{}", node.log());
        }
        panic!("three servers did not start; their logs are above");
    }

    /// The same under a program that ends in `exec`.
    pub(crate) async fn start_under(place: &Place<'_>, wrapper: &[&str]) -> Self {
        let mut node = Self::launch_under(place, &[], wrapper);
        assert!(node.ready().await, "the server did not start:\n{}", node.log());
        node
    }

    /// Starts one that cannot run, and returns what it said when it ended.
    pub(crate) fn refused(place: &Place<'_>) -> String {
        let mut node = Self::launch(place, &[]);
        let status = node.child.wait().unwrap();
        assert!(!status.success(), "it ended well:\n{}", node.log());
        node.whole_log()
    }

    fn launch(place: &Place<'_>, variables: &[(&str, &str)]) -> Self {
        Self::launch_under(place, variables, &[])
    }

    fn launch_under(place: &Place<'_>, variables: &[(&str, &str)], wrapper: &[&str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let program = [env!("CARGO_BIN_EXE_syncline")];
        let mut words = wrapper.iter().chain(&program);
        let mut command = Command::new(words.next().expect("the program at least"));
        command
            .args(words)
            .arg("serve")
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("SYNCLINE_LISTEN", format!("127.0.0.1:{port}"))
            .env("SYNCLINE_DATABASE_URL", place.database_url)
            .env("SYNCLINE_DATA_DIR", place.directory.join(place.data))
            .env("SYNCLINE_PROVIDERS_DIR", place.directory.join("providers"))
            .env("SYNCLINE_ALLOW_PRIVATE_NETWORK", "true")
            .env("SYNCLINE_SECRET_KEY_DEV", KEY)
            .env("SYNCLINE_ENCRYPTION_KEY", ENCRYPTION_KEY)
            .env("SYNCLINE_ACCOUNT_KEY", ACCOUNT_KEY)
            .env("SYNCLINE_RATE_LIMIT_PER_MINUTE", place.rate_limit.to_string())
            .env("SYNCLINE_RATE_LIMIT_PER_IP_PER_MINUTE", "0")
            .env("SYNCLINE_LEASE_SECONDS", "2")
            // No balancer has to learn that it stops.
            .env("SYNCLINE_DRAIN_SECONDS", "0")
            .env("SYNCLINE_LOG", "info")
            .envs(variables.iter().copied())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        if let Some(url) = &place.public_url {
            command.env("SYNCLINE_PUBLIC_URL", url);
        }
        let mut child = command.spawn().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (lines, written) = (BufReader::new(child.stderr.take().unwrap()).lines(), Arc::clone(&log));
        let reader = std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let mut log = written.lock().unwrap();
                log.push_str(&line);
                log.push('\n');
            }
        });
        Self { child, http: client(), port, log, reader: Some(reader) }
    }

    /// Asks it to stop, and does not wait for that.
    pub(crate) fn ask_to_stop(&self) {
        self.signal("-TERM");
    }

    /// As a power cut would.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM, as an operator or a rolling deploy stops it; the process must end well.
    pub(crate) fn terminate(&mut self) {
        if self.child.try_wait().unwrap().is_none() {
            self.signal("-TERM");
            let status = self.child.wait().unwrap();
            assert!(status.success(), "{status}\n{}", self.log());
        }
    }

    /// The same, and does not wait for its end.
    pub(crate) fn kill_at_once(&self) {
        self.signal("-KILL");
    }

    /// SIGSTOP: the process stands still with everything that it holds, as a machine does that swaps or is moved.
    pub(crate) fn pause(&self) {
        self.signal("-STOP");
    }

    /// SIGCONT.
    pub(crate) fn resume(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let status = Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(status.success(), "no process to send {signal} to");
    }

    /// All that it wrote, of a process that has ended.
    fn whole_log(&mut self) -> String {
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
        self.log()
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

    /// False when it ended instead. An answer alone would not do: it could be another server's at the same port.
    async fn ready(&mut self) -> bool {
        let begin = Instant::now();
        loop {
            if self.log().contains(" is ready")
                && let Ok(answer) = self.http.get(self.url("/ready")).send().await
                && answer.status().is_success()
            {
                return true;
            }
            if self.child.try_wait().unwrap().is_some() {
                return false;
            }
            assert!(begin.elapsed() < PATIENCE, "the server is not ready; it says:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("--- the log of the server at {}\n{}", self.url("/"), self.log());
        }
    }
}

/// A client that follows no redirect by itself: a test looks at each step.
pub(crate) fn client() -> reqwest::Client {
    // Whoever is first in this process installs it; all install the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    #[expect(clippy::disallowed_methods, reason = "a test's client is nobody's outgoing traffic")]
    let builder = reqwest::Client::builder();
    builder.no_proxy().redirect(reqwest::redirect::Policy::none()).timeout(PATIENCE).build().unwrap()
}

pub(crate) async fn read(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    Answer { status, headers, text: response.text().await.unwrap() }
}
