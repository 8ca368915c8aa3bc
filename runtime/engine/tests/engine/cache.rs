//! Compiled components on disk. Fault row S5.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use syncline_engine::{Call, Compiler, Engine, Limits, Options};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::component::Text;
use crate::guest::{HOSTILE, options};
use crate::host::TestHost;

fn only_file(cache: &TempDir) -> PathBuf {
    let files: Vec<_> = std::fs::read_dir(cache.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files[0].clone()
}

#[tokio::test]
async fn a_compiled_component_survives_a_restart_and_only_its_owner_reads_it() {
    let cache = TempDir::new().unwrap();
    let digest = Engine::new(options(&cache)).unwrap().compile(Text::default().wasm()).await.unwrap();
    let file = only_file(&cache);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let restarted = Engine::new(options(&cache)).unwrap();
    restarted.load(digest, async || panic!("the file is there")).await.unwrap();
}

/// S5.
#[tokio::test]
async fn a_tampered_file_is_compiled_again_and_never_loaded() {
    let cache = TempDir::new().unwrap();
    let wasm = Text::default().wasm();
    let digest = Engine::new(options(&cache)).unwrap().compile(wasm.clone()).await.unwrap();
    let file = only_file(&cache);
    let good = std::fs::read(&file).unwrap();

    let mut flipped = good.clone();
    flipped[good.len() / 2] ^= 1;
    let truncated = good[..good.len() - 1].to_vec();
    for bad in [flipped, truncated, Vec::new()] {
        std::fs::write(&file, &bad).unwrap();
        let mut asked_for_source = false;
        let restarted = Engine::new(options(&cache)).unwrap();
        let source = async || {
            asked_for_source = true;
            Some(wasm.clone())
        };
        restarted.load(digest, source).await.unwrap();
        assert!(asked_for_source, "the tampered file was loaded");
        assert_eq!(std::fs::read(only_file(&cache)).unwrap().len(), good.len());
    }
}

/// S5: a file of another component, or of another server, is no better than a damaged one.
#[tokio::test]
async fn a_file_under_another_key_or_another_name_is_not_loaded() {
    let cache = TempDir::new().unwrap();
    let engine = Engine::new(options(&cache)).unwrap();
    let digest = engine.compile(Text::default().wasm()).await.unwrap();
    let file = only_file(&cache);

    let other = Text { body: "i32.const 0", ..Text::default() }.wasm();
    let other_digest = syncline_engine::Digest::of(&other);
    let renamed = file.to_str().unwrap().replace(&digest.to_string(), &other_digest.to_string());
    std::fs::copy(&file, &renamed).unwrap();
    assert!(engine.load(other_digest, async || None).await.is_err());
    assert!(!std::fs::exists(&renamed).unwrap());

    let other_key = Engine::new(Options { cache_key: [8; 32], ..options(&cache) }).unwrap();
    assert!(other_key.load(digest, async || None).await.is_err());
}

#[tokio::test]
async fn functions_that_were_compiled_before_serve_another_component_in_another_process() {
    let cache = TempDir::new().unwrap();
    let engine = || Engine::new(Options { compiler: Compiler::Incremental, ..options(&cache) }).unwrap();
    let files = || std::fs::read_dir(cache.path()).unwrap().count();
    let first = engine().compile(HOSTILE.clone()).await.unwrap();
    assert_eq!(files(), 2, "the component and its functions");

    // A custom section: other bytes, the same code.
    let other = Bytes::from([&HOSTILE[..], &[0, 3, 1, b'x', 0]].concat());
    let next = engine();
    let second = next.compile(other).await.unwrap();
    assert_ne!(first, second);
    assert_eq!(files(), 3);
    let component = next.load(second, async || panic!("it is in memory")).await.unwrap();
    let call =
        Call { function: "echo".to_owned(), host: Arc::<TestHost>::default(), limits: Limits::default(), cancel: CancellationToken::new() };
    let completion = next.call(&component, call).await;
    assert_eq!(completion.outcome.unwrap(), r#"{"number":12345678901234567890}"#);
}
