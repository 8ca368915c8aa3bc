//! Where a server's dry run is played: one run and the actions that it calls, with what they share.

use std::sync::Arc;
use std::time::Duration;

use syncline_domain::RunError;
use syncline_engine::Limits;
use syncline_wall::Executor;
use syncline_worker::Budgets;
use syncline_worker::contract::{Reading, Unreadable};

use crate::journal::Journal;
use crate::live::{Gate, Live};
use crate::outcome::Outcome;
use crate::project::{Function, Member, Project, each};
use crate::rehearsal::Setting;

/// Somebody waits before a page.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Shared by a run and the actions that it calls.
pub(crate) struct Stage {
    pub(crate) gate: Gate,
    project: Arc<Project>,
}

impl Stage {
    /// With the budgets of live runs, but for the time.
    pub(crate) fn new(executor: Executor, budgets: Budgets, gate: Gate) -> Arc<Self> {
        let budgets = each(budgets, |limits| Limits { wall_time: limits.wall_time.min(PATIENCE), ..limits });
        let project = Arc::new(Project::on(executor, budgets, gate.ending.stop()));
        Arc::new(Self { gate, project })
    }

    /// Runs a function to its end; an error where it could not begin.
    pub(crate) async fn run(self: &Arc<Self>, reading: Arc<Reading>, checkpoint: Option<String>, depth: u8) -> Result<Outcome, RunError> {
        let component = reading.prepare().await?;
        let info = reading.info();
        let function = Arc::new(Function { definition: reading.definition().clone(), schemas: reading.schemas() });
        let member = Member { integration: info.provider_config_key.clone(), component, functions: vec![Arc::clone(&function)] };
        let world = Live { reading: Arc::clone(&reading), stage: Arc::clone(self), depth };
        let setting = Setting {
            member: Arc::new(member),
            function,
            integration: info.provider_config_key,
            environment: info.environment,
            provider: info.provider,
            connection: info.connection_id,
            variant: info.variant,
            last_success_at: info.last_success_at,
            trigger: reading.trigger().as_str().to_owned(),
            input: reading.input().to_owned(),
            metadata: reading.metadata(),
            checkpoint,
            entry: reading.entry(),
            further_hosts: Vec::new(),
            throws: true,
            redactor: reading.redactor(),
            world: Arc::new(world),
            journal: self.journal(),
            depth,
        };
        Ok(self.project.run(setting).await)
    }

    pub(crate) fn journal(&self) -> Arc<Journal> {
        Arc::clone(&self.gate.journal)
    }
}

/// What a run begins with, or why there is none.
pub(crate) async fn checkpoint(reading: &Reading) -> Result<Option<String>, RunError> {
    reading.checkpoint().await.map_err(of_reading)
}

fn of_reading(error: Unreadable) -> RunError {
    match error {
        Unreadable::Run(error) => error,
        Unreadable::Runner(error) => {
            RunError { code: "internal_error".to_owned(), message: error.to_string(), status: None, details: None, frames: Vec::new() }
        }
    }
}
