//! How much a worker does at once, and what a run may use.

use std::sync::Arc;
use std::time::Duration;

use syncline_domain::{FunctionDefinition, FunctionKind, Pulse, Traces};
use syncline_engine::Limits;
use syncline_store::ConnectionRow;
use syncline_wall::Tenant;

/// How a worker works.
#[derive(Clone, Debug)]
pub struct Options {
    /// Names this process in leases and logs.
    pub owner: String,
    /// Jobs under way at once, of which one environment may have all. An eighth more is for environments that have none under way.
    pub jobs: usize,
    /// Runs of jobs under way at once on all nodes together.
    pub limits: syncline_store::Limits,
    /// Actions under way at once, apart from jobs, so that a burst of syncs does not make a caller wait.
    pub actions: usize,
    /// How long an action waits for a slot before its caller is told to come back.
    pub action_wait: Duration,
    /// How long a lease lasts without a heartbeat. After a crash this is the longest that a run waits for its retry.
    pub lease: Duration,
    /// How often to look for work when nobody says that there is some.
    pub poll: Duration,
    /// After so long a sync hands over at its next checkpoint, and goes on at once as another run: a node that is asked to stop, or a worker
    /// that is replaced, never waits long for it, and other syncs have their turn.
    pub soft_deadline: Duration,
    /// Whether a tick that nobody took in time is left out. Else it runs once, however many were missed.
    pub skip_missed: bool,
    /// How often to look for due schedules. Also the latest that a sync starts.
    pub tick: Duration,
    /// How long runs, what they said, and operations are kept; zero for ever.
    pub keep_runs: Duration,
    /// What a run may use.
    pub budgets: Budgets,
    /// Whose runs may share a process, where they have processes of their own.
    pub tenants: Tenants,
    /// Where the worker leaves its signs of life.
    pub pulse: Arc<Pulse>,
    /// Whose spans a webhook's receiver goes on with.
    pub traces: Traces,
}

/// What a run may use, by kind of function. A function's own description may lower, never raise it.
#[derive(Clone, Debug)]
pub struct Budgets {
    /// Minutes to hours: a first sync reads everything.
    pub sync: Limits,
    /// Somebody waits.
    pub action: Limits,
    /// Somebody may wait for the connection.
    pub event: Limits,
}

/// Whose runs may share a process.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Tenants {
    /// Those of one environment.
    #[default]
    Environments,
    /// Those of one integration of an environment.
    Integrations,
}

impl Tenants {
    pub(crate) fn of(self, connection: &ConnectionRow) -> Tenant {
        let environment = connection.environment.0;
        Tenant::new(match self {
            Self::Environments => format!("environment {environment}"),
            Self::Integrations => format!("environment {environment}, integration {}", connection.integration_key),
        })
    }
}

impl Options {
    /// What suits one machine of two cores.
    pub fn new(owner: impl Into<String>) -> Self {
        Self {
            owner: owner.into(),
            jobs: 64,
            limits: syncline_store::Limits::default(),
            actions: 64,
            action_wait: Duration::from_secs(30),
            lease: Duration::from_secs(30),
            poll: Duration::from_secs(1),
            soft_deadline: Duration::from_mins(30),
            skip_missed: false,
            tick: Duration::from_millis(250),
            keep_runs: Duration::from_secs(15 * 24 * 3_600),
            budgets: Budgets::default(),
            tenants: Tenants::default(),
            pulse: Arc::default(),
            traces: Traces::default(),
        }
    }
}

impl Budgets {
    /// The operator's limits for this kind, lowered by what the function asks for.
    pub fn of(&self, function: &FunctionDefinition) -> Limits {
        let asked = function.limits;
        let mut limits = match function.kind {
            FunctionKind::Sync => self.sync.clone(),
            FunctionKind::Action => self.action.clone(),
            FunctionKind::Event => self.event.clone(),
        };
        let seconds = |value: u32| Duration::from_secs(value.into());
        limits.memory_bytes = asked.memory_mb.map_or(limits.memory_bytes, |mb| limits.memory_bytes.min(mb as usize * 1024 * 1024));
        limits.wall_time = asked.wall_time_s.map_or(limits.wall_time, |s| limits.wall_time.min(seconds(s)));
        limits.cpu_time = asked.cpu_time_s.map_or(limits.cpu_time, |s| limits.cpu_time.min(seconds(s)));
        limits
    }
}

impl Default for Budgets {
    /// Wall times as in the wire contract, 2.7. CPU time is what a run computes, not what it waits: far below the wall time, because a run that
    /// computes for minutes is a loop.
    fn default() -> Self {
        let base = Limits::default();
        Self {
            sync: Limits { wall_time: Duration::from_secs(24 * 3_600), cpu_time: Duration::from_secs(600), ..base.clone() },
            action: Limits { wall_time: Duration::from_secs(15 * 60), cpu_time: Duration::from_secs(60), ..base.clone() },
            event: Limits { wall_time: Duration::from_secs(5 * 60), cpu_time: Duration::from_secs(60), ..base },
        }
    }
}
