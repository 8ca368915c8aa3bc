//! What is refused at deploy, and how compiling is limited. Fault row S4.

use std::time::Duration;

use bytes::Bytes;
use syncline_engine::{CompileError, CompileLimits, Compiler, Engine, LoadError};
use tempfile::TempDir;

use crate::component::Text;
use crate::guest::{HOSTILE, TestEngine, options};

async fn refusal(wasm: impl Into<Bytes>) -> CompileError {
    TestEngine::new().engine.compile(wasm.into()).await.unwrap_err()
}

/// S4.
#[tokio::test]
async fn what_is_not_a_component_is_refused_for_what_it_is() {
    assert_eq!(refusal(&b"console.log('hello')"[..]).await.code(), "not_a_component");
    assert_eq!(refusal(Bytes::new()).await.code(), "not_a_component");
    assert_eq!(refusal(wat::parse_str("(module)").unwrap()).await.code(), "core_module");
    assert!(matches!(refusal(wat::parse_str("(component)").unwrap()).await, CompileError::MissingExport { export: "describe" }));
}

/// S4.
#[tokio::test]
async fn a_truncated_or_damaged_component_is_malformed_wherever_it_ends() {
    let whole = Text::default().wasm();
    for end in [9, whole.len() / 3, whole.len() / 2, whole.len() - 1] {
        let error = refusal(whole.slice(..end)).await;
        assert!(matches!(error.code(), "malformed_component" | "missing_export"), "cut at {end}: {error}");
    }
    // Valid in outline, invalid in its code: found by the compiler.
    let invalid = Text { body: "i64.const 1", ..Text::default() }.wasm();
    assert_eq!(refusal(invalid).await.code(), "malformed_component");
}

/// S4.
#[tokio::test]
async fn a_component_for_another_major_version_is_refused_naming_both() {
    let error = refusal(Text { version: "2.0.0", ..Text::default() }.wasm()).await;
    assert_eq!(error.code(), "incompatible_host_version");
    let message = error.to_string();
    assert!(message.contains("2.0.0") && message.contains("1.1.0"), "{message}");
}

/// S4.
#[tokio::test]
async fn an_import_that_is_not_granted_is_named() {
    let foreign = [
        ("wasi:sockets/tcp@0.2.6", r#"(import "wasi:sockets/tcp@0.2.6" (instance))"#),
        ("wasi:http/outgoing-handler@0.2.6", r#"(import "wasi:http/outgoing-handler@0.2.6" (instance))"#),
        ("syncline:host/secrets@1.0.0", r#"(import "syncline:host/secrets@1.0.0" (instance))"#),
        ("read-secret", r#"(import "read-secret" (func))"#),
    ];
    for (name, import) in foreign {
        match refusal(Text { import, ..Text::default() }.wasm()).await {
            CompileError::ImportNotGranted { import } => assert_eq!(import, name),
            other => panic!("{name}: {other}"),
        }
    }
}

#[tokio::test]
async fn an_interface_with_functions_that_the_host_lacks_does_not_fit() {
    let import = r#"(import "syncline:host/locks@1.0.0" (instance (export "steal" (func))))"#;
    let error = refusal(Text { import, ..Text::default() }.wasm()).await;
    assert_eq!(error.code(), "incompatible_component");
    assert!(error.to_string().contains("steal"), "{error}");
}

/// S4.
#[tokio::test]
async fn size_functions_and_modules_are_capped_before_anything_is_compiled() {
    let cache = TempDir::new().unwrap();
    let limits = CompileLimits { max_functions: 100, ..CompileLimits::default() };
    let engine =
        Engine::new(syncline_engine::Options { max_component_bytes: 64 << 10, compile_limits: limits, ..options(&cache) }).unwrap();
    let functions = Text { fields: "(func)".repeat(200), ..Text::default() }.wasm();
    assert!(matches!(engine.compile(functions).await, Err(CompileError::TooManyFunctions { limit: 100 })));
    assert!(matches!(engine.compile(vec![0; 65 << 10].into()).await, Err(CompileError::TooLarge { .. })));
    let modules: String = (0..200).map(|_| "(core module)").collect();
    let modules = wat::parse_str(format!("(component {modules})")).unwrap();
    assert!(matches!(engine.compile(modules.into()).await, Err(CompileError::TooManyModules { .. })));
}

#[tokio::test]
async fn more_memories_than_an_instance_gets_are_refused() {
    let in_one_module = Text { fields: "(memory 1) (memory 1)".to_owned(), ..Text::default() };
    let import = "(core module $more (memory 1)) (core instance (instantiate $more)) (core instance (instantiate $more))";
    for text in [in_one_module, Text { import, ..Text::default() }] {
        let error = refusal(text.wasm()).await;
        assert!(error.code() == "incompatible_component" && error.to_string().contains("memories"), "{error}");
    }
}

fn child_engine(cache: &TempDir, compile_limits: CompileLimits, program: &str) -> Engine {
    let compiler = Compiler::Child { program: program.into(), args: Vec::new() };
    Engine::new(syncline_engine::Options { compiler, compile_limits, ..options(cache) }).unwrap()
}

const CHILD: &str = env!("CARGO_BIN_EXE_compile-component");

#[tokio::test]
async fn what_a_child_compiled_loads_in_the_parent_and_what_it_refused_is_told() {
    let cache = TempDir::new().unwrap();
    let engine = child_engine(&cache, CompileLimits::default(), CHILD);
    let digest = engine.compile(HOSTILE.clone()).await.unwrap();
    let component = engine.load(digest, async || None).await.unwrap();
    assert_eq!(engine.describe(&component).await.unwrap().functions[0].name, "echo");
    let invalid = Text { body: "i64.const 1", ..Text::default() }.wasm();
    assert_eq!(engine.compile(invalid).await.unwrap_err().code(), "malformed_component");
}

/// S4: the compile child's limits hold.
#[tokio::test]
async fn a_child_that_needs_more_memory_or_time_than_it_gets_is_ended() {
    let cache = TempDir::new().unwrap();
    let memory = CompileLimits { address_space_bytes: 48 << 20, ..CompileLimits::default() };
    let large = Text { fields: "(func (param i32) (result i32) local.get 0)".repeat(40_000), ..Text::default() }.wasm();
    let error = child_engine(&cache, memory, CHILD).compile(large.clone()).await.unwrap_err();
    assert_eq!(error.code(), "compile_limit_exceeded", "{error}");
    let wall = CompileLimits { wall_time: Duration::from_millis(1), ..CompileLimits::default() };
    let error = child_engine(&cache, wall, CHILD).compile(large).await.unwrap_err();
    assert_eq!(error.code(), "compile_limit_exceeded", "{error}");
}

#[tokio::test]
async fn a_missing_compiler_is_our_fault_and_not_the_components() {
    let cache = TempDir::new().unwrap();
    let engine = child_engine(&cache, CompileLimits::default(), "/nonexistent/compiler");
    assert_eq!(engine.compile(Text::default().wasm()).await.unwrap_err().code(), "compile_failed");
}

#[tokio::test]
async fn a_source_that_is_missing_or_is_not_what_its_name_says_is_not_loaded() {
    let engine = TestEngine::new().engine;
    let digest = syncline_engine::Digest::of(b"something else");
    assert!(matches!(engine.load(digest, async || None).await, Err(LoadError::Missing(_))));
    let other = async || Some(Text::default().wasm());
    assert!(matches!(engine.load(digest, other).await, Err(LoadError::DigestMismatch { .. })));
}
