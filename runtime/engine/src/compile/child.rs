//! The compile child's side.

use std::io::{BufRead, Read, Write};
use std::process::ExitCode;

use nix::sys::resource::{Resource, setrlimit};
use serde::{Deserialize, Serialize};

use crate::{CompileLimits, config};

/// The child's last word when it fails: one line of JSON on stderr.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Refusal {
    /// The component is at fault.
    Malformed(String),
    /// The child is.
    Compiler(String),
}

/// Compiles one component: limits and wasm on stdin, machine code on stdout. What the server's hidden subcommand runs.
pub fn compile_child_main() -> ExitCode {
    let refusal = match compile_stdin() {
        Ok(code) => match std::io::stdout().lock().write_all(&code) {
            Ok(()) => return ExitCode::SUCCESS,
            Err(error) => Refusal::Compiler(format!("cannot write the result: {error}")),
        },
        Err(refusal) => refusal,
    };
    let line = serde_json::to_string(&refusal).expect("a refusal is plain text");
    // The parent is the only reader; without it there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "{line}");
    ExitCode::FAILURE
}

fn compile_stdin() -> Result<Vec<u8>, Refusal> {
    let mut stdin = std::io::stdin().lock();
    let mut header = String::new();
    let read = |error: std::io::Error| Refusal::Compiler(format!("cannot read stdin: {error}"));
    stdin.read_line(&mut header).map_err(read)?;
    let limits: CompileLimits =
        serde_json::from_str(&header).map_err(|error| Refusal::Compiler(format!("stdin does not begin with limits: {error}")))?;
    limit_this_process(&limits).map_err(|error| Refusal::Compiler(format!("cannot limit the process: {error}")))?;
    let mut wasm = Vec::new();
    stdin.read_to_end(&mut wasm).map_err(read)?;
    let engine = wasmtime::Engine::new(&config::compiling()).map_err(|error| Refusal::Compiler(format!("{error:#}")))?;
    engine.precompile_component(&wasm).map_err(|error| Refusal::Malformed(format!("{error:#}")))
}

fn limit_this_process(limits: &CompileLimits) -> nix::Result<()> {
    let seconds = limits.cpu_time.as_secs().max(1);
    setrlimit(Resource::RLIMIT_CPU, seconds, seconds)?;
    // No core dump of somebody's code, and no file of any size: the result goes to a pipe.
    setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
    setrlimit(Resource::RLIMIT_FSIZE, 0, 0)?;
    // macOS accepts no limit of the address space; there the time limits have to do.
    #[cfg(not(target_os = "macos"))]
    setrlimit(Resource::RLIMIT_AS, limits.address_space_bytes, limits.address_space_bytes)?;
    Ok(())
}
