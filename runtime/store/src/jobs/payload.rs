//! What jobs carry, as JSON.

use serde::{Deserialize, Serialize};
use syncline_domain::{ConnectionRowId, EnvironmentId, FunctionId, JobKind, SyncId, Timestamp, Trigger};

use super::NewJob;

/// A sync is tried again soon by its schedule, so that few attempts of one job suffice.
const SYNC_ATTEMPTS: u32 = 4;
const EVENT_ATTEMPTS: u32 = 4;
/// Removing what was deleted is never given up.
const PURGE_ATTEMPTS: u32 = i32::MAX.unsigned_abs();

/// Of [`JobKind::RunSync`]; the sync itself is in the job.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RunSync {
    /// Who asked.
    pub trigger: Trigger,
    /// Whether the run begins by deleting the sync's records.
    #[serde(default)]
    pub empty_cache: bool,
}

/// Of [`JobKind::RunEvent`]; the connection is in the job.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RunEvent {
    /// The event function.
    pub function: FunctionId,
}

/// The key that keeps a sync from running twice at once.
pub(crate) fn sync_key(sync: SyncId) -> String {
    format!("sync:{sync}")
}

pub(crate) fn run_sync(environment: EnvironmentId, connection: ConnectionRowId, sync: SyncId, payload: RunSync, now: Timestamp) -> NewJob {
    NewJob {
        kind: JobKind::RunSync,
        payload: json(&payload),
        environment,
        connection: Some(connection),
        sync: Some(sync),
        unique_key: Some(sync_key(sync)),
        scheduled_at: now,
        max_attempts: SYNC_ATTEMPTS,
        now,
    }
}

pub(crate) fn run_event(environment: EnvironmentId, connection: ConnectionRowId, function: FunctionId, now: Timestamp) -> NewJob {
    NewJob {
        kind: JobKind::RunEvent,
        payload: json(&RunEvent { function }),
        environment,
        connection: Some(connection),
        sync: None,
        unique_key: Some(format!("event:{connection}:{function}")),
        scheduled_at: now,
        max_attempts: EVENT_ATTEMPTS,
        now,
    }
}

pub(crate) fn purge(environment: EnvironmentId, connection: ConnectionRowId, now: Timestamp) -> NewJob {
    NewJob {
        kind: JobKind::PurgeConnection,
        payload: "{}".to_owned(),
        environment,
        connection: Some(connection),
        sync: None,
        unique_key: Some(format!("purge:{connection}")),
        scheduled_at: now,
        max_attempts: PURGE_ATTEMPTS,
        now,
    }
}

pub(crate) fn json(payload: &impl Serialize) -> String {
    serde_json::to_string(payload).expect("payloads are plain JSON")
}
