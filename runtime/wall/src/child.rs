//! The child's side: gives its rights up, then runs components until its socket closes.

mod attempt;
mod host;
mod link;
mod serve;

use std::io::{Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream as StdStream;
use std::process::ExitCode;

use syncline_engine::Sandbox;

use crate::harden;
use crate::wire::{Begin, FromChild, decode, encode};

/// Two are enough for a process of one tenant, and one that computes does not keep the others from their answers.
const THREADS: usize = 2;

/// Runs components for the worker whose socket is this process's stdin. What the server's hidden subcommand runs.
///
/// With `attempts`, gives its rights up in the same way and then tries what a component that broke out of WebAssembly would try; for the test that
/// none of it works.
pub fn execute_components_main(attempts: &[String]) -> ExitCode {
    // Before this program opens anything itself.
    let inherited = harden::inherited().map_err(|error| format!("what was inherited cannot be closed: {error}"));
    let done = inherited.and_then(|()| if attempts.is_empty() { run() } else { attempt::run(attempts) });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            // The parent reads it; without a parent there is nobody to tell.
            let _ = writeln!(std::io::stderr(), "{problem}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let socket = std::io::stdin().as_fd().try_clone_to_owned().map_err(|error| format!("no stdin: {error}"))?;
    let mut socket = StdStream::from(socket);
    let begin = greeting(&mut socket).map_err(|error| format!("stdin is not a worker's socket: {error}"))?;
    let (sandbox, report) = confine(begin.instances)?;
    socket.write_all(&encode(&FromChild::Ready(report))).map_err(|error| format!("the worker is gone: {error}"))?;
    sandbox.start_ticker().map_err(|error| error.to_string())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(THREADS).enable_all().build();
    let runtime = runtime.map_err(|error| format!("the async runtime could not be started: {error}"))?;
    let served = runtime.block_on(serve::serve(sandbox, socket)).map_err(|error| error.to_string());
    // Guests that compute do not keep the process from ending.
    runtime.shutdown_background();
    served
}

/// Everything that needs files or more rights comes before they are given up, and every thread after.
fn confine(instances: u32) -> Result<(Sandbox, String), String> {
    // Opens the page map of this process, which a pool asks for what a guest has touched.
    let sandbox = Sandbox::new(instances).map_err(|error| format!("{error}: {}", source(&error)))?;
    let report = harden::harden()?;
    Ok((sandbox, report))
}

fn source(error: &dyn std::error::Error) -> String {
    error.source().map(ToString::to_string).unwrap_or_default()
}

fn greeting(socket: &mut StdStream) -> std::io::Result<Begin> {
    let mut length = [0; 4];
    socket.read_exact(&mut length)?;
    let mut frame = vec![0; (u32::from_le_bytes(length) as usize).min(1 << 10)];
    socket.read_exact(&mut frame)?;
    Ok(decode(&frame)?.0)
}
