//! The operator asks the process to stop.

use tokio::signal::unix::{SignalKind, signal};

/// Ctrl-C or SIGTERM.
pub(crate) async fn stop_requested() {
    let mut terminate = signal(SignalKind::terminate()).expect("SIGTERM can be handled");
    tokio::select! {
        _ = terminate.recv() => {}
        result = tokio::signal::ctrl_c() => result.expect("Ctrl-C can be handled"),
    }
}
