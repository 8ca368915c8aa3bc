//! The long-lived loops of one process.

use std::sync::Arc;

use crate::{Options, Runner, Shutdown, claim, refresher, rescuer, scheduler};

/// Claims and runs jobs, makes due syncs jobs, renews credentials, and rescues jobs whose worker is gone.
#[derive(Debug)]
pub struct Worker {
    runner: Runner,
    options: Arc<Options>,
}

impl Worker {
    /// Does nothing until [`Self::run`].
    pub fn new(runner: Runner) -> Self {
        let options = runner.options();
        Self { runner, options }
    }

    /// Works until `shutdown.soft`, then waits for what is under way. Returns when every lease is given back.
    pub async fn run(self, shutdown: Shutdown) {
        tokio::join!(
            scheduler::run(self.runner.clone(), Arc::clone(&self.options), shutdown.clone()),
            rescuer::run(self.runner.clone(), Arc::clone(&self.options), shutdown.clone()),
            refresher::run(self.runner.clone(), shutdown.clone()),
            claim::run(self.runner, self.options, shutdown),
        );
    }
}
