//! A run that ends from within one of its host calls.

use std::future::pending;
use std::sync::OnceLock;

use syncline_host_api::host::Failure;
use tokio_util::sync::CancellationToken;

/// Of a run, and of the actions that it calls: all of them end together.
#[derive(Debug)]
pub(crate) struct Ending {
    stop: CancellationToken,
    why: OnceLock<Failure>,
}

impl Ending {
    /// By cancelling `stop`, with which the run was begun.
    pub(crate) fn new(stop: CancellationToken) -> Self {
        Self { stop, why: OnceLock::new() }
    }

    /// Ends the run, and does not return: a guest that is given a failure may go on as if it were the provider's, and what it did then would
    /// be nothing that a live run does.
    pub(crate) async fn end(&self, why: Failure) {
        let _ = self.why.set(why);
        self.stop.cancel();
        pending::<()>().await;
    }

    pub(crate) fn stop(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Why it ended, if it did so by itself.
    pub(crate) fn why(&self) -> Option<&Failure> {
        self.why.get()
    }
}
