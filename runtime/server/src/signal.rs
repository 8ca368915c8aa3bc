//! The operator asks the process to stop.

use tokio::signal::unix::{SignalKind, signal};

/// 25 on Linux and macOS alike.
const SIGXFSZ: i32 = 25;

/// A file that may not grow any more (a quota, `ulimit -f`) is a failed write, which every caller hears of; by default it ends the process.
pub(crate) fn outlive_file_limits() {
    // Installing a handler is enough; nobody waits for it.
    if let Err(error) = signal(SignalKind::from_raw(SIGXFSZ)) {
        tracing::warn!(error = &error as &dyn std::error::Error, "a limit of the size of files would end this process");
    }
}

/// Ctrl-C or SIGTERM.
pub(crate) async fn stop_requested() {
    let mut terminate = signal(SignalKind::terminate()).expect("SIGTERM can be handled");
    tokio::select! {
        _ = terminate.recv() => {}
        result = tokio::signal::ctrl_c() => result.expect("Ctrl-C can be handled"),
    }
}
