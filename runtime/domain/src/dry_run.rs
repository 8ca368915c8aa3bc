//! A run that keeps nothing: what it is asked for, and all that it did.

use std::time::Duration;

use crate::{Action, ConnectionRowId, EnvironmentId, FunctionId, ModelCounts, RunError, SyncId, Trigger};

/// A function to try out on a connection.
#[derive(Clone, Debug)]
pub struct DryRunCall {
    /// Where the connection and the function live.
    pub environment: EnvironmentId,
    /// On whose behalf.
    pub connection: ConnectionRowId,
    /// A sync, an action or an event function, as it is deployed now.
    pub function: FunctionId,
    /// Whose checkpoint it begins with, and whose variant's records it reads.
    pub sync: Option<SyncId>,
    /// JSON text; `null` where there is none.
    pub input: String,
    /// As whose run it is tried out.
    pub trigger: Trigger,
    /// Whether requests that change something at the provider are sent, too. Else the first of them ends the run.
    pub sends_changes: bool,
}

/// How a dry run ended. Nothing in it is a secret of the connection's.
#[derive(Clone, Debug)]
pub struct DryRun {
    /// JSON text, or why there is none.
    pub result: Result<String, RunError>,
    /// What it did and said, in that order.
    pub steps: Vec<DryRunStep>,
    /// Steps behind those.
    pub left_out: usize,
    /// What it would have done to records.
    pub models: Vec<DryRunModel>,
    /// What it would have remembered, where that is not what it began with: a JSON object, or nothing any more.
    pub checkpoint: Option<Option<String>>,
    /// From begin to end.
    pub wall_time: Duration,
    /// What it computed.
    pub cpu_time: Duration,
    /// Memory at its largest.
    pub peak_memory_bytes: u64,
    /// Calls of the host.
    pub host_calls: u64,
}

/// Something that a dry run did.
#[derive(Clone, Debug, PartialEq)]
pub struct DryRunStep {
    /// How long after its begin.
    pub after: Duration,
    /// What.
    pub what: DryRunEvent,
}

/// What a dry run can do.
#[derive(Clone, Debug, PartialEq)]
pub enum DryRunEvent {
    /// It wrote a line of its log.
    Said {
        /// `debug`, `info`, `warn` or `error`.
        level: &'static str,
        /// As the function said it.
        message: String,
        /// A JSON object.
        fields: Option<String>,
    },
    /// It asked the provider.
    Asked {
        /// In upper case.
        method: String,
        /// Path and query, without credentials.
        path: String,
        /// `None` where there was no answer.
        status: Option<u16>,
        /// Until the answer was there.
        took: Duration,
    },
    /// A live run would have changed something, and this one did not.
    HeldBack {
        /// The call's name: `updateMetadata`, `triggerSync`, ...
        call: &'static str,
        /// What it was given, as JSON.
        value: String,
    },
}

/// What a dry run would have done to the records of one model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DryRunModel {
    /// The model.
    pub name: String,
    /// How many records would have been changed how, each counted once.
    pub counts: ModelCounts,
    /// Those that would have changed, as far as there is room for them.
    pub records: Vec<DryRunRecord>,
}

/// A record that would have changed.
#[derive(Clone, Debug, PartialEq)]
pub struct DryRunRecord {
    /// Its id.
    pub id: String,
    /// How.
    pub change: Action,
    /// As it would be, as JSON; `None` where it would be gone.
    pub text: Option<String>,
}

impl DryRun {
    /// It did not begin.
    pub fn refused(error: RunError) -> Self {
        Self {
            result: Err(error),
            steps: Vec::new(),
            left_out: 0,
            models: Vec::new(),
            checkpoint: None,
            wall_time: Duration::ZERO,
            cpu_time: Duration::ZERO,
            peak_memory_bytes: 0,
            host_calls: 0,
        }
    }
}
