//! Running a sync now.

use syncline_domain::{ConnectionRowId, EnvironmentId, JobId, SyncId, Timestamp, Trigger};

use super::Syncs;
use crate::database::{Sql, Transaction, values};
use crate::jobs::{self, payload};
use crate::{Error, Fence};

/// How to run a sync now.
#[derive(Clone, Copy, Debug)]
pub struct TriggerSync {
    /// Forget what it remembers, and take back what runs.
    pub reset: bool,
    /// Delete its records first, so that all of them come again as added. Counts with `reset` only.
    pub empty_cache: bool,
    /// Who asked.
    pub trigger: Trigger,
    /// The present.
    pub now: Timestamp,
}

/// What came of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Triggered {
    /// This job runs it, as soon as a worker is free.
    Enqueued(JobId),
    /// It is running, and goes on.
    AlreadyActive,
    /// There is no such sync.
    Unknown,
}

impl Syncs<'_> {
    /// Runs a sync as soon as a worker is free, whatever its schedule and state.
    pub async fn trigger(&self, id: SyncId, trigger: TriggerSync) -> Result<Triggered, Error> {
        self.trigger_of_run(None, id, trigger).await
    }

    /// The same for a run that asks for it, which shows its lease if it has one.
    pub async fn trigger_of_run(&self, fence: Option<Fence>, id: SyncId, trigger: TriggerSync) -> Result<Triggered, Error> {
        let triggered = self.0.database().write(move |transaction| Box::pin(run_now(transaction, fence, id, trigger))).await?;
        self.0.wake();
        Ok(triggered)
    }
}

async fn run_now(transaction: &mut Transaction, fence: Option<Fence>, id: SyncId, trigger: TriggerSync) -> Result<Triggered, Error> {
    // Differs because in PostgreSQL two triggers could meet.
    const SYNC: Sql = Sql::differs(
        "SELECT environment, connection FROM syncs WHERE id = $1",
        "SELECT environment, connection FROM syncs WHERE id = $1 FOR NO KEY UPDATE",
    );
    let found = transaction.row(SYNC, values![id]).await?;
    if let Some(fence) = fence {
        fence.check(transaction).await?;
    }
    let Some(row) = found else { return Ok(Triggered::Unknown) };
    let (environment, connection) = (EnvironmentId(row.get("environment")?), ConnectionRowId(row.get("connection")?));
    if trigger.reset {
        jobs::cancel_sync_in(transaction, id, trigger.now).await?;
        transaction.execute("DELETE FROM checkpoints WHERE sync = $1", values![id]).await?;
        transaction.execute("UPDATE syncs SET last_success_started_at = NULL WHERE id = $1", values![id]).await?;
    }
    let payload = payload::RunSync { trigger: trigger.trigger, empty_cache: trigger.reset && trigger.empty_cache };
    // A job that only waits, for its next try perhaps, is brought forward.
    let sql = "UPDATE jobs SET scheduled_at = $2, rank = $2 - head_start, held = NULL
               WHERE unique_key = $1 AND state = 'available' RETURNING id";
    if let Some(row) = transaction.row(sql, values![payload::sync_key(id), trigger.now]).await? {
        return Ok(Triggered::Enqueued(JobId(row.get("id")?)));
    }
    let job = jobs::insert_in(transaction, payload::run_sync(environment, connection, id, payload, trigger.now)).await?;
    Ok(job.map_or(Triggered::AlreadyActive, Triggered::Enqueued))
}
