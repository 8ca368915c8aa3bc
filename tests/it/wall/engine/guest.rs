//! What the engine's tests know as an engine: a wall with one tenant.

use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use syncline_engine::{Call, Completion, Digest, Engine, Limits};
use syncline_host_api::Manifest;
use syncline_wall::{Executor, Options, Tenant, Wall};
use tempfile::TempDir;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use super::host::TestHost;
use super::in_process::{HOSTILE, options};

/// Compiles for all tests of this program, and keeps what it compiled.
static COMPILER: LazyLock<(Engine, TempDir)> = LazyLock::new(|| {
    let cache = TempDir::new().unwrap();
    (Engine::new(options(&cache)).unwrap(), cache)
});

/// As the engine's tests have it: the engine in it is the wall.
pub(super) struct TestEngine {
    pub(super) engine: Walled,
}

/// Starts its processes when it is first asked.
pub(super) struct Walled(OnceCell<Executor>);

/// A component that a process is sent when it is first run.
pub(super) struct Component(Bytes);

impl TestEngine {
    pub(super) fn new() -> Self {
        Self { engine: Walled(OnceCell::new()) }
    }

    #[expect(clippy::unused_async, reason = "the engine's own waits for the compiler here")]
    pub(super) async fn deploy(&self, wasm: Bytes) -> Component {
        Component(wasm)
    }
}

impl Walled {
    async fn executor(&self) -> &Executor {
        self.0
            .get_or_init(|| async {
                let options = Options::new(env!("CARGO_BIN_EXE_syncline").into(), vec!["execute-components".to_owned()], 8);
                let (wall, report) = Wall::new(COMPILER.0.clone(), options).await.unwrap();
                assert!(report.starts_with("seccomp"), "{report}");
                Executor::Process(wall)
            })
            .await
    }

    pub(super) async fn call(&self, component: &Component, call: Call) -> Completion {
        let (executor, wasm) = (self.executor().await, component.0.clone());
        let tenant = Tenant::new("test");
        let prepared = executor.prepare(&tenant, Digest::of(&wasm), || async { Some(wasm) }).await.unwrap();
        executor.call(&prepared, call).await
    }

    pub(super) async fn describe(&self, component: &Component) -> Result<Manifest, syncline_wall::ManifestError> {
        self.executor().await.describe(component.0.clone()).await.map(|(_, manifest)| manifest)
    }
}

pub(super) async fn hostile() -> (TestEngine, Component) {
    (TestEngine::new(), Component(HOSTILE.clone()))
}

/// Runs one function of the hostile guest.
pub(super) async fn call(function: &str, host: &Arc<TestHost>, limits: Limits) -> Completion {
    let (engine, component) = hostile().await;
    let call = Call { function: function.to_owned(), host: host.clone(), limits, cancel: CancellationToken::new() };
    engine.engine.call(&component, call).await
}
