//! The hostile guest (`tests/guests/hostile`), built once a process, and engines to run it in.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use syncline_engine::{Call, CompileLimits, Compiler, Completion, Component, Engine, Limits, Options};
use tempfile::TempDir;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use super::host::TestHost;

pub(crate) static HOSTILE: LazyLock<Bytes> = LazyLock::new(|| build("hostile", "hostile_guest"));

/// Builds a crate of `tests/guests` with its own settings: those of the surrounding `cargo test` do not fit another target.
fn build(folder: &str, library: &str) -> Bytes {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the crate is two folders below the workspace");
    let target = target_dir().join("guests");
    let status = Command::new(env!("CARGO"))
        .args(["build", "--release", "--target", "wasm32-wasip2", "--quiet", "--target-dir"])
        .arg(&target)
        .current_dir(workspace.join("tests/guests").join(folder))
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("RUSTC_WORKSPACE_WRAPPER")
        .env_remove("RUSTFLAGS")
        .status()
        .expect("cargo runs");
    assert!(status.success(), "the guest {folder} does not build");
    std::fs::read(target.join("wasm32-wasip2/release").join(format!("{library}.wasm"))).expect("cargo wrote the component").into()
}

/// Where cargo put this test.
fn target_dir() -> PathBuf {
    let test = std::env::current_exe().expect("a process knows its program");
    test.ancestors().nth(3).expect("target/<profile>/deps/<test>").to_owned()
}

/// An engine with a cache folder of its own.
pub(crate) struct TestEngine {
    pub(crate) engine: Engine,
    pub(crate) cache: TempDir,
}

pub(crate) fn options(cache: &TempDir) -> Options {
    Options {
        cache_dir: cache.path().to_owned(),
        cache_key: [7; 32],
        max_concurrent_instances: 8,
        compiler: Compiler::InProcess,
        compile_limits: CompileLimits::default(),
        max_component_bytes: 8 << 20,
    }
}

impl TestEngine {
    pub(crate) fn new() -> Self {
        let cache = TempDir::new().unwrap();
        Self { engine: Engine::new(options(&cache)).unwrap(), cache }
    }

    pub(crate) async fn deploy(&self, wasm: Bytes) -> Component {
        let digest = self.engine.compile(wasm).await.unwrap();
        self.engine.load(digest, async || panic!("it was compiled just now")).await.unwrap()
    }
}

/// The hostile guest's machine code, compiled once for all tests of this process.
pub(crate) async fn hostile() -> (TestEngine, Component) {
    static CODE: OnceCell<(String, Vec<u8>)> = OnceCell::const_new();
    let (name, code) = CODE
        .get_or_init(|| async {
            let first = TestEngine::new();
            first.deploy(HOSTILE.clone()).await;
            let file = std::fs::read_dir(first.cache.path()).unwrap().next().unwrap().unwrap().path();
            (file.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(file).unwrap())
        })
        .await;
    let engine = TestEngine::new();
    std::fs::write(engine.cache.path().join(name), code).unwrap();
    let component = engine.deploy(HOSTILE.clone()).await;
    (engine, component)
}

/// Runs one function of the hostile guest.
pub(crate) async fn call(function: &str, host: &Arc<TestHost>, limits: Limits) -> Completion {
    let (engine, component) = hostile().await;
    let call = Call { function: function.to_owned(), host: host.clone(), limits, cancel: CancellationToken::new() };
    engine.engine.call(&component, call).await
}
