//! A sync on a connection and variant.

use serde::{Deserialize, Serialize};

/// Whether the schedule of a sync is on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SyncState {
    /// Runs by schedule.
    Started,
    /// Runs only when triggered.
    Paused,
}

/// What the wire calls the status of a sync. Contract 1.17 and 11.1 S4.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum SyncStatus {
    /// A run is under way.
    Running,
    /// The schedule is off.
    Paused,
    /// Never ran, or its last run was taken back.
    Stopped,
    /// The last run ended well.
    Success,
    /// The last run failed.
    Error,
}

impl SyncState {
    /// As in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Paused => "paused",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Started, Self::Paused].into_iter().find(|state| state.as_str() == text)
    }
}
