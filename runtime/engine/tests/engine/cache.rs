//! Compiled components on disk. Fault row S5.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use syncline_engine::{Compiler, Engine, Options};
use tempfile::TempDir;

use crate::component::Text;
use crate::guest::options;

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
async fn another_component_of_the_same_functions_compiles_none_of_them() {
    let cache = TempDir::new().unwrap();
    let engine = || Engine::new(Options { compiler: Compiler::Incremental, ..options(&cache) }).unwrap();
    let wasm = Text::default().wasm();
    let first = engine().compile(wasm.clone()).await.unwrap();
    let files = || std::fs::read_dir(cache.path()).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let functions = files().into_iter().find(|path| !path.to_string_lossy().contains(&first.to_string())).expect("functions are filed");
    std::fs::set_permissions(&functions, std::fs::Permissions::from_mode(0o400)).unwrap();
    let before = std::fs::metadata(&functions).unwrap().modified().unwrap();

    // A custom section: other bytes, the same code.
    let other = [&wasm[..], &[0, 3, 1, b'x', 0]].concat();
    let engine = engine();
    let second = engine.compile(other.into()).await.unwrap();
    assert_ne!(first, second);
    // It would have been written anew, had there been one function more.
    assert_eq!(std::fs::metadata(&functions).unwrap().modified().unwrap(), before);
    assert_eq!(files().len(), 3);
    let component = engine.load(second, async || panic!("it is in memory")).await.unwrap();
    engine.describe(&component).await.unwrap();
}
