//! How a process stops: softly first, then hard.

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Given to everything that lives long.
#[derive(Clone, Debug, Default)]
pub struct Shutdown {
    /// Take nothing new; bring what is under way to a checkpoint.
    pub soft: CancellationToken,
    /// Drop what is under way.
    pub hard: CancellationToken,
    /// What must have ended before the process does.
    pub tasks: TaskTracker,
}

impl Shutdown {
    /// Nothing is stopping yet.
    pub fn new() -> Self {
        Self::default()
    }
}
