//! One execution of a function, and how it ended.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::RunId;

/// Where a run stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// In a sandbox now.
    Running,
    /// Ended well.
    Succeeded,
    /// Ended in an error.
    Failed,
    /// Stopped at a checkpoint by a shutdown; goes on in another run.
    Interrupted,
    /// Taken back.
    Cancelled,
    /// Its worker disappeared; the job was given to another.
    Lost,
}

/// Who asked for a run.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// The sync's schedule.
    Schedule,
    /// A call of the API or the CLI.
    Api,
    /// Another function.
    Function,
    /// The creation or deletion of a connection.
    Connection,
    /// A webhook of the provider's.
    Webhook,
}

/// What one run did to the records of one model.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ModelCounts {
    /// New, or back after a deletion.
    pub added: u64,
    /// Saved with other content.
    pub updated: u64,
    /// Marked as deleted.
    pub deleted: u64,
    /// Saved as they were.
    #[serde(default)]
    pub unchanged: u64,
}

/// What a run did, by model.
pub type Counts = BTreeMap<String, ModelCounts>;

/// Why a run failed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RunError {
    /// Stable: `action_error`, `provider_status`, `network_error`, `function_timeout`, `function_out_of_memory`, `function_trapped`, ...
    pub code: String,
    /// For a person: what happened, and what to do next.
    pub message: String,
    /// The provider's status, where one caused the failure.
    #[serde(default)]
    pub status: Option<u16>,
    /// JSON. An action error's own payload; for `provider_status` an object `{"status", "headers", "body"}`.
    #[serde(default)]
    pub details: Option<Box<RawValue>>,
    /// The guest's own frames, innermost first, where it trapped.
    #[serde(default)]
    pub frames: Vec<String>,
}

/// How a run of an action ended.
#[derive(Clone, Debug)]
pub struct RunOutcome {
    /// The run, whose log can be read.
    pub run: RunId,
    /// JSON text, or why there is none.
    pub result: Result<String, RunError>,
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.code)
    }
}

impl ModelCounts {
    /// Whether any record changed.
    pub const fn changed(&self) -> bool {
        self.added + self.updated + self.deleted > 0
    }
}

impl RunState {
    const ALL: [Self; 6] = [Self::Running, Self::Succeeded, Self::Failed, Self::Interrupted, Self::Cancelled, Self::Lost];

    /// As in the database and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
            Self::Cancelled => "cancelled",
            Self::Lost => "lost",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

impl Trigger {
    /// As in the database and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Schedule => "schedule",
            Self::Api => "api",
            Self::Function => "function",
            Self::Connection => "connection",
            Self::Webhook => "webhook",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Schedule, Self::Api, Self::Function, Self::Connection, Self::Webhook].into_iter().find(|trigger| trigger.as_str() == text)
    }
}
