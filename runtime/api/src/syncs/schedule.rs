//! When a sync is due after it was started, or given another frequency.

use syncline_domain::{FunctionDefinition, Timestamp};
use syncline_store::{SyncRow, schedule_seed};

/// The time that would have followed its last run, or now if that has passed. Never for a sync without a schedule.
pub(crate) fn next_due(sync: &SyncRow, function: &FunctionDefinition, frequency: Option<&str>, now: Timestamp) -> Option<Timestamp> {
    let schedule = function.schedule_with(frequency)?;
    match &sync.last_run {
        Some(run) => schedule.next_after_start(run.started_at, schedule_seed(sync.id)).map(|due| due.max(now)),
        None => Some(now),
    }
}
