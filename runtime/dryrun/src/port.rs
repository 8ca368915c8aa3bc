//! The port by which the API runs functions: what is to be kept goes on to the worker, what is not is played here.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use syncline_domain::{
    ActionCall, ComponentSource, Deployment, DryRun, DryRunCall, EnvironmentId, FunctionRunner, RunOutcome, RunnerError,
};
use syncline_worker::Runner;
use syncline_worker::contract::Unreadable;

use crate::ending::Ending;
use crate::journal::Journal;
use crate::live::Gate;
use crate::stage::{self, Stage};
use crate::told;

/// Dry runs under way at once on a node: each may hold some tens of megabytes of records.
const MOST: usize = 8;

/// Runs functions in this process, live and dry.
pub struct Functions {
    runner: Runner,
    under_way: Arc<Mutex<HashSet<EnvironmentId>>>,
}

/// An environment's place. Free again when it is dropped.
struct Place {
    environment: EnvironmentId,
    under_way: Arc<Mutex<HashSet<EnvironmentId>>>,
}

impl Functions {
    /// Over the worker's runner.
    pub fn new(runner: Runner) -> Self {
        Self { runner, under_way: Arc::default() }
    }

    /// One at a time in an environment: whoever waits for a page presses a button twice.
    fn place(&self, environment: EnvironmentId) -> Result<Place, RunnerError> {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if under_way.contains(&environment) {
            let message = "another dry run of this environment is under way; it ends within a minute".to_owned();
            return Err(RunnerError::Refused { code: "dry_run_under_way", message });
        }
        if under_way.len() >= MOST {
            return Err(RunnerError::Busy);
        }
        under_way.insert(environment);
        Ok(Place { environment, under_way: Arc::clone(&self.under_way) })
    }
}

#[async_trait]
impl FunctionRunner for Functions {
    async fn run_action(&self, call: ActionCall) -> Result<RunOutcome, RunnerError> {
        self.runner.run_action(call).await
    }

    async fn dry_run(&self, call: DryRunCall) -> Result<DryRun, RunnerError> {
        let place = self.place(call.environment)?;
        let runner = self.runner.clone();
        // On a task of its own: a caller that hangs up leaves no request to the provider half sent.
        let run = async move {
            let _place = place;
            let _slot = runner.slot().await?;
            play(&runner, call).await
        };
        let task = self.runner.shutdown().tasks.spawn(run);
        task.await.map_err(|error| RunnerError::Internal(Box::new(error)))?
    }

    async fn inspect(&self, source: ComponentSource) -> Result<Deployment, RunnerError> {
        self.runner.inspect(source).await
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.environment);
    }
}

async fn play(runner: &Runner, call: DryRunCall) -> Result<DryRun, RunnerError> {
    let gate = Gate {
        sends_changes: call.sends_changes,
        ending: Ending::new(runner.shutdown().hard.child_token()),
        journal: Arc::new(Journal::default()),
    };
    let reading = match runner.reading(call).await {
        Ok(reading) => Arc::new(reading),
        Err(Unreadable::Run(error)) => return Ok(DryRun::refused(error)),
        Err(Unreadable::Runner(error)) => return Err(error),
    };
    let stage = Stage::new(runner.executor().clone(), runner.options().budgets.clone(), gate);
    let before = match stage::checkpoint(&reading).await {
        Ok(checkpoint) => checkpoint,
        Err(error) => return Ok(DryRun::refused(error)),
    };
    let outcome = match stage.run(Arc::clone(&reading), before.clone(), 0).await {
        Ok(outcome) => outcome,
        Err(error) => return Ok(DryRun::refused(error)),
    };
    Ok(told::told(outcome, before.as_deref(), stage.gate.ending.why(), &reading.redactor()))
}

impl std::fmt::Debug for Functions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Functions").field("runner", &self.runner).finish_non_exhaustive()
    }
}
