//! The long-lived loops of one process.

use std::sync::Arc;

use crate::{Options, Runner, Shutdown, claim, refresher, rescuer, retention, scheduler};

/// Which loops a process has; any number of processes may have each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Loops {
    /// Makes due syncs jobs, renews credentials, and rescues jobs whose worker is gone.
    pub schedules: bool,
    /// Claims and runs jobs.
    pub jobs: bool,
}

/// Claims and runs jobs, makes due syncs jobs, renews credentials, and rescues jobs whose worker is gone.
#[derive(Debug)]
pub struct Worker {
    runner: Runner,
    options: Arc<Options>,
    loops: Loops,
}

impl Worker {
    /// Does nothing until [`Self::run`].
    pub fn new(runner: Runner, loops: Loops) -> Self {
        let options = runner.options();
        Self { runner, options, loops }
    }

    /// Works until `shutdown.soft`, then waits for what is under way. Returns when every lease is given back.
    pub async fn run(self, shutdown: Shutdown) {
        let Self { runner, options, loops } = self;
        let schedules = async {
            if loops.schedules {
                tokio::join!(
                    scheduler::run(runner.clone(), Arc::clone(&options), shutdown.clone()),
                    rescuer::run(runner.clone(), Arc::clone(&options), shutdown.clone()),
                    retention::run(runner.clone(), Arc::clone(&options), shutdown.clone()),
                    refresher::run(runner.clone(), shutdown.clone()),
                );
            }
        };
        let jobs = async {
            if loops.jobs {
                claim::run(runner.clone(), Arc::clone(&options), shutdown.clone()).await;
            }
        };
        tokio::join!(schedules, jobs);
    }
}
