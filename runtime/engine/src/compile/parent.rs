//! The server's side of compiling.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{ExitStatus, Output, Stdio};

use bytes::Bytes;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use super::CompileError;
use super::child::Refusal;
use crate::text::readable;
use crate::{CompileLimits, Compiler};

/// Machine code for the component. The caller sees to it that one compilation runs at a time.
pub(crate) async fn compile(
    compiler: &Compiler,
    limits: &CompileLimits,
    engine: &wasmtime::Engine,
    wasm: Bytes,
) -> Result<Vec<u8>, CompileError> {
    match compiler {
        Compiler::InProcess | Compiler::Incremental => {
            let engine = engine.clone();
            let compiled = tokio::task::spawn_blocking(move || engine.precompile_component(&wasm)).await;
            compiled
                .map_err(|panic| CompileError::Compiler { message: panic.to_string() })?
                .map_err(|error| CompileError::Malformed { message: readable(&format!("{error:#}")) })
        }
        Compiler::Child { program, args } => match tokio::time::timeout(limits.wall_time, child(program, args, limits, &wasm)).await {
            Ok(ended) => read(&ended?, limits),
            // Dropping the future has killed the child.
            Err(_) => Err(CompileError::LimitExceeded { limit: format!("{:?}", limits.wall_time) }),
        },
    }
}

async fn child(program: &Path, args: &[String], limits: &CompileLimits, wasm: &[u8]) -> Result<Output, CompileError> {
    let failed = |what: &str, error: std::io::Error| CompileError::Compiler { message: format!("{what}: {error}") };
    let mut child = Command::new(program)
        .args(args)
        // The server's environment may hold its keys.
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(&format!("cannot start {}", program.display()), error))?;
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let mut input = serde_json::to_vec(limits).expect("limits are plain numbers");
    input.push(b'\n');
    let feed = async move {
        // A child that gave up early has closed its stdin; its own words say why.
        if stdin.write_all(&input).await.is_ok() {
            let _ = stdin.write_all(wasm).await;
        }
    };
    let ((), output) = tokio::join!(feed, child.wait_with_output());
    output.map_err(|error| failed("cannot read the compile child's answer", error))
}

fn read(output: &Output, limits: &CompileLimits) -> Result<Vec<u8>, CompileError> {
    if output.status.success() {
        return Ok(output.stdout.clone());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    let last_line = stderr.lines().last().unwrap_or_default();
    if let Ok(refusal) = serde_json::from_str(last_line) {
        return Err(match refusal {
            Refusal::Malformed(message) => CompileError::Malformed { message: readable(&message) },
            Refusal::Compiler(message) => CompileError::Compiler { message },
        });
    }
    Err(ended_badly(output.status, &stderr, limits))
}

/// The system ends a process at its CPU limit with SIGXCPU or SIGKILL; Rust aborts where memory runs out.
fn ended_badly(status: ExitStatus, stderr: &str, limits: &CompileLimits) -> CompileError {
    const SIGABRT: i32 = 6;
    const SIGKILL: i32 = 9;
    const SIGXCPU: i32 = 24;
    match status.signal() {
        Some(SIGXCPU | SIGKILL) => CompileError::LimitExceeded { limit: format!("{:?} of CPU time", limits.cpu_time) },
        Some(SIGABRT) if stderr.contains("memory allocation of") => {
            CompileError::LimitExceeded { limit: format!("{} MiB of memory", limits.address_space_bytes >> 20) }
        }
        _ => CompileError::Compiler { message: format!("the compile child ended with {status}: {stderr}") },
    }
}
