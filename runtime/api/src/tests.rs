//! The router on a real SQLite store, with a stand-in for the engine and, where one is called, a stand-in provider.

mod access;
mod account;
mod actions;
mod authorize;
mod connect;
mod connect_ui;
mod connections;
mod console;
mod custom_endpoints;
mod deployments;
mod every_route;
mod freshness;
mod functions;
mod idempotency;
mod integrations;
mod isolation;
mod legacy;
mod limits;
mod mcp;
mod openapi;
mod operations;
mod provider;
mod proxy;
mod records;
mod reference;
mod runs;
mod serve;
mod source_text;
mod syncs;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use http::{HeaderMap, Method, Request, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use syncline_connect::Connect;
use syncline_domain::{
    ActionCall, Clock, ComponentSource, Deployment, Digest, DryRun, DryRunCall, EnvironmentId, EnvironmentName, FunctionDefinition,
    FunctionRunner, ManualClock, RunId, RunOutcome, RunnerError, Timestamp,
};
use syncline_outbound::{EgressPolicy, HttpClient, Limits, Proxy, SystemPace};
use syncline_providers::Catalogue;
use syncline_store::{DatabaseUrl, MasterKey, NewAccountKey, NewApiKey, Store, Taken};
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::state::App;
use crate::{Options, RateLimits, Services, routes};
use provider::Provider;

const KEY: &str = "11111111-1111-4111-8111-111111111111";
const ACCOUNT_KEY: &str = "33333333-3333-4333-8333-333333333333";
const OPERATOR_TOKEN: &str = "syncline_operator_of_the_tests";

struct TestApp {
    state: Arc<App>,
    router: Router,
    store: Store,
    clock: Arc<ManualClock>,
    runner: Arc<FakeRunner>,
    environment: EnvironmentId,
    _folder: tempfile::TempDir,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

/// Answers every action with `outcome`, and every component with `functions`, unless those are its own: JSON behind the magic bytes.
#[derive(Default)]
struct FakeRunner {
    outcome: Mutex<Option<Result<RunOutcome, RunnerError>>>,
    functions: Mutex<Vec<FunctionDefinition>>,
    inputs: Mutex<Vec<String>>,
    dry_outcome: Mutex<Option<Result<DryRun, RunnerError>>>,
    dry_runs: Mutex<Vec<DryRunCall>>,
}

#[async_trait]
impl FunctionRunner for FakeRunner {
    async fn run_action(&self, call: ActionCall) -> Result<RunOutcome, RunnerError> {
        self.inputs.lock().unwrap().push(call.input);
        self.outcome.lock().unwrap().take().expect("the test says how the action ends")
    }

    async fn dry_run(&self, call: DryRunCall) -> Result<DryRun, RunnerError> {
        self.dry_runs.lock().unwrap().push(call);
        self.dry_outcome.lock().unwrap().take().expect("the test says how the dry run ends")
    }

    async fn inspect(&self, source: ComponentSource) -> Result<Deployment, RunnerError> {
        if !source.wasm.starts_with(b"\0asm") {
            return Err(RunnerError::Refused { code: "component_malformed", message: "not a component".to_owned() });
        }
        let functions = match source.wasm.strip_prefix(b"\0asm[") {
            Some(_) => serde_json::from_slice(&source.wasm[4..]).unwrap(),
            None => self.functions.lock().unwrap().clone(),
        };
        let digest = Digest(Sha256::digest(&source.wasm).into());
        Ok(Deployment { digest, build: digest.to_string(), integration: None, functions })
    }
}

/// Never the same twice: tokens and states are keys in the store.
fn distinct() -> [u8; 16] {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    u128::from(COUNT.fetch_add(1, Ordering::Relaxed)).to_be_bytes()
}

impl TestApp {
    async fn new() -> Self {
        Self::at("http://localhost:3003").await
    }

    async fn at(public_url: &str) -> Self {
        Self::start(public_url, Catalogue::embedded(), RateLimits::default()).await
    }

    /// With limits that a test reaches.
    async fn limited(rate_limits: RateLimits) -> Self {
        Self::start("http://localhost:3003", Catalogue::embedded(), rate_limits).await
    }

    /// With entries of its own.
    async fn with(catalogue: Catalogue) -> Self {
        Self::start("http://localhost:3003", catalogue, RateLimits::default()).await
    }

    async fn start(public_url: &str, catalogue: Catalogue, rate_limits: RateLimits) -> Self {
        let tasks = TaskTracker::new();
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::new(Timestamp::parse("2026-01-31T12:00:00Z").unwrap()));
        let options = syncline_store::Options {
            url: DatabaseUrl::sqlite(folder.path().join("syncline.db")),
            keys: MasterKey::new([7; 32]),
            max_connections: 2,
        };
        let store = Store::open(options, clock.clone()).await.unwrap();
        let now = Timestamp::default();
        let environment = store.environments().ensure(&EnvironmentName::new("dev").unwrap(), now).await.unwrap().id;
        let key = NewApiKey {
            environment,
            display_name: "default".to_owned(),
            hash: Sha256::digest(KEY).into(),
            scopes: vec!["environment:*".to_owned()],
            now,
        };
        store.api_keys().ensure(key, Taken::Rename).await.unwrap();
        let account = NewAccountKey {
            display_name: "default".to_owned(),
            hash: Sha256::digest(ACCOUNT_KEY).into(),
            scopes: vec!["account:*".to_owned()],
            now,
        };
        store.account_keys().ensure(account).await.unwrap();
        let catalogue = Arc::new(catalogue);
        let http = HttpClient::new(syncline_outbound::Options::new(EgressPolicy { allow_private_network: true }));
        let proxy = Proxy::new(http.clone(), clock.clone(), Arc::new(SystemPace), Limits::default());
        let connect = Connect::new(syncline_connect::Options {
            store: store.clone(),
            catalogue: catalogue.clone(),
            proxy: proxy.clone(),
            http,
            clock: clock.clone(),
            randomness: distinct,
            public_url: public_url.parse().unwrap(),
            node: "test".to_owned(),
            tasks: tasks.clone(),
        });
        let runner = Arc::new(FakeRunner::default());
        let as_port = runner.clone() as Arc<dyn FunctionRunner>;
        connect.set_runner(&as_port);
        let services = Services {
            store: store.clone(),
            connect,
            proxy,
            catalogue,
            clock: clock.clone(),
            runner: as_port,
            randomness: distinct,
            tasks,
            templates: vec![crate::Template { providers: &["unauthenticated"], wasm: b"\0asm template" }],
        };
        let options = Options {
            console_setup_code: Some(console::setup_code()),
            operator_token_hash: Some(Sha256::digest(OPERATOR_TOKEN).into()),
            rate_limits,
            ..Options::new(public_url.parse().unwrap())
        };
        let state = Arc::new(App::new(services, options));
        let router = routes::around(Arc::clone(&state));
        Self { state, router, store, clock, runner, environment, _folder: folder }
    }

    /// With a connection `c1` of integration `plain`, whose provider wants no credentials.
    async fn connected() -> Self {
        let app = Self::new().await;
        app.post("/integrations", json!({ "provider": "unauthenticated", "unique_key": "plain" })).await.expect(StatusCode::OK);
        let import = json!({ "provider_config_key": "plain", "connection_id": "c1", "credentials": { "type": "NONE" } });
        app.post("/connections", import).await.expect(StatusCode::CREATED);
        app
    }

    /// Deploys these functions to `plain`.
    async fn deploy(&self, functions: Vec<Value>) -> Answer {
        *self.runner.functions.lock().unwrap() = functions.into_iter().map(|function| serde_json::from_value(function).unwrap()).collect();
        let components = json!([{ "integration": "plain", "wasm": "AGFzbQ==" }]);
        self.post("/deployments", json!({ "components": components, "allow_destructive": true })).await
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let text = String::from_utf8(to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap();
        Answer { status, headers, text }
    }

    /// A request with the key and the headers that name `c1`.
    async fn request(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {KEY}"))
            .header("content-type", "application/json")
            .header("provider-config-key", "plain")
            .header("connection-id", "c1");
        self.send(request.body(body.map_or_else(Body::empty, |body| Body::from(body.to_string()))).unwrap()).await
    }

    /// A request with the account's key.
    async fn account(&self, method: Method, path: &str, body: Value) -> Answer {
        let request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {ACCOUNT_KEY}"));
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        self.send(request.header("content-type", "application/json").body(body).unwrap()).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.request(Method::GET, path, None).await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.request(Method::POST, path, Some(body)).await
    }

    /// The token of a new session; `more` adds to its body.
    async fn session(&self, more: Value) -> String {
        let mut body = json!({ "tags": { "of": "tests" } });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let opened = self.post("/connect/sessions", body).await.expect(StatusCode::CREATED);
        opened["data"]["token"].as_str().unwrap().to_owned()
    }

    /// As a browser posts: no key, only what the address says.
    async fn browser_post(&self, path: &str, body: &str) -> Answer {
        self.send(Request::post(path).header("content-type", "application/json").body(Body::from(body.to_owned())).unwrap()).await
    }

    /// As a browser goes to a page.
    async fn browser_get(&self, path: &str, cookie: Option<&str>) -> Answer {
        let request = Request::get(path);
        let request = if let Some(cookie) = cookie { request.header("cookie", cookie) } else { request };
        self.send(request.body(Body::empty()).unwrap()).await
    }

    async fn add_key(&self, key: &str, scopes: &[&str]) -> syncline_domain::ApiKeyId {
        let key = NewApiKey {
            environment: self.environment,
            display_name: key.to_owned(),
            hash: Sha256::digest(key).into(),
            scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
            now: Timestamp::default(),
        };
        self.store.api_keys().insert(key, 50).await.unwrap().id
    }

    async fn get_with_key(&self, path: &str, key: &str) -> Answer {
        self.send(Request::get(path).header("authorization", format!("Bearer {key}")).body(Body::empty()).unwrap()).await
    }
}

impl Answer {
    #[track_caller]
    fn expect(self, status: StatusCode) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.json()
    }

    /// Status and code of an error.
    #[track_caller]
    fn refusal(&self) -> (u16, String) {
        let body = self.json();
        assert!(body["error"]["message"].is_string(), "{body}");
        (self.status.as_u16(), body["error"]["code"].as_str().expect("an error has a code").to_owned())
    }

    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

fn run_id() -> RunId {
    RunId::new(Timestamp::default(), [1; 10])
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}
