//! What a component may import, and what it gets.

use syncline_host_api::bindings::Function;
use wasmtime::component::Linker;
use wasmtime_wasi::cli::{WasiCli, WasiCliView as _};
use wasmtime_wasi::filesystem::{WasiFilesystem, WasiFilesystemView as _};
use wasmtime_wasi::p2::bindings::{cli, filesystem, random};
use wasmtime_wasi::random::{WasiRandom, WasiRandomView as _};

use crate::imports::Imports;
use crate::run::State;

/// The interfaces of `syncline:host`.
const INTERFACES: [&str; 9] = ["types", "provider", "records", "run", "connection", "locks", "environment", "functions", "fetch"];

/// Clocks and randomness, and what the standard library of `wasm32-wasip2` imports whether or not it is used. Of the latter,
/// the environment and the arguments are empty, stdin is at its end, no stream is a terminal, and `exit` ends the run. The file system
/// has no folder, so nothing in it can be opened: QuickJS imports it and never uses it. No sockets: their mere presence in a component says
/// that it expects something it will not get.
const WASI: [&str; 20] = [
    "wasi:cli/environment",
    "wasi:cli/exit",
    "wasi:cli/stderr",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stderr",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:filesystem/preopens",
    "wasi:filesystem/types",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:random/insecure",
    "wasi:random/insecure-seed",
    "wasi:random/random",
];

pub(crate) fn grants_interface(interface: &str) -> bool {
    INTERFACES.contains(&interface)
}

pub(crate) fn grants_wasi(path: &str) -> bool {
    WASI.contains(&path)
}

pub(crate) fn build(engine: &wasmtime::Engine) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    Function::add_to_linker::<State, Imports>(&mut linker, |state| state)?;
    // Streams, clocks, randomness and the three standard streams; the rest of the list one by one.
    wasmtime_wasi::p2::add_to_linker_proxy_interfaces_async(&mut linker)?;
    filesystem::preopens::add_to_linker::<State, WasiFilesystem>(&mut linker, State::filesystem)?;
    filesystem::types::add_to_linker::<State, WasiFilesystem>(&mut linker, State::filesystem)?;
    random::insecure::add_to_linker::<State, WasiRandom>(&mut linker, State::random)?;
    random::insecure_seed::add_to_linker::<State, WasiRandom>(&mut linker, State::random)?;
    cli::exit::add_to_linker::<State, WasiCli>(&mut linker, State::cli)?;
    cli::environment::add_to_linker::<State, WasiCli>(&mut linker, State::cli)?;
    cli::terminal_input::add_to_linker::<State, WasiCli>(&mut linker, State::cli)?;
    cli::terminal_output::add_to_linker::<State, WasiCli>(&mut linker, State::cli)?;
    cli::terminal_stdin::add_to_linker::<State, WasiCli>(&mut linker, State::cli)?;
    cli::terminal_stdout::add_to_linker::<State, WasiCli>(&mut linker, State::cli)?;
    cli::terminal_stderr::add_to_linker::<State, WasiCli>(&mut linker, State::cli)?;
    Ok(linker)
}
