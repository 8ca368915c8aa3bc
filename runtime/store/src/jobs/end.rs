//! Giving jobs back.

use syncline_domain::{AsyncActionState, FunctionId, JobId, JobKind, JobState, RunState, SyncId, Timestamp};

use super::given_up::given_up_in;
use super::{Fence, Jobs, payload};
use crate::database::{Transaction, values};
use crate::{Error, async_actions, runs};

/// What becomes of a job whose try is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JobDecision {
    /// It is done.
    Complete,
    /// It is tried again then, unless its attempts are used up.
    RetryAt(Timestamp),
    /// It goes on then; this was no try.
    SnoozeUntil(Timestamp),
    /// Another try would not help.
    Discard,
}

impl Jobs<'_> {
    /// The job is done.
    pub async fn complete(&self, fence: &Fence, now: Timestamp) -> Result<(), Error> {
        self.end(*fence, JobDecision::Complete, None, now).await.map(drop)
    }

    /// The try failed. Returns `Discarded` when there will be no other.
    pub async fn fail(&self, fence: &Fence, error: &str, decision: JobDecision, now: Timestamp) -> Result<JobState, Error> {
        self.end(*fence, decision, Some(error.to_owned()), now).await
    }

    /// The workers that it outlived are not held against it any more, nor counted as attempts.
    pub async fn progressed(&self, fence: Fence) -> Result<(), Error> {
        let sql =
            "UPDATE jobs SET attempt = attempt - crashes, crashes = 0 WHERE id = $1 AND fence = $2 AND state = 'running' AND crashes > 0";
        let values = values![fence.job, fence.fence];
        self.0.database().execute(sql, values).await.map(drop)
    }

    /// The job goes on at `until`; the present try does not count.
    pub async fn snooze(&self, fence: &Fence, until: Timestamp, now: Timestamp) -> Result<(), Error> {
        self.end(*fence, JobDecision::SnoozeUntil(until), None, now).await.map(drop)
    }

    /// Takes back what waits or runs for a sync. A worker in the middle of it is fenced from then on. Returns how many there were.
    pub async fn cancel_for_sync(&self, sync: SyncId, now: Timestamp) -> Result<u64, Error> {
        self.0.database().write(move |transaction| Box::pin(cancel_sync_in(transaction, sync, now))).await
    }

    /// Takes back one job that waits or runs, as [`Self::cancel_for_sync`] does. `false` when it is over.
    pub async fn cancel(&self, job: JobId, now: Timestamp) -> Result<bool, Error> {
        let sql = "DELETE FROM jobs WHERE id = $1 AND state IN ('available', 'running') RETURNING id, kind";
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move { Ok(cancelled(transaction.rows(sql, values![job]).await?, transaction, now).await? > 0) })
            })
            .await
    }

    /// Forgets dead letters from before `older_than`; returns how many, at most `limit`.
    pub async fn prune(&self, older_than: Timestamp, limit: u32) -> Result<u64, Error> {
        let sql = "DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE finished_at < $1 ORDER BY finished_at LIMIT $2)";
        let values = values![older_than, i64::from(limit)];
        self.0.database().execute(sql, values).await
    }

    async fn end(&self, fence: Fence, decision: JobDecision, error: Option<String>, now: Timestamp) -> Result<JobState, Error> {
        let state = self
            .0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    let Ended { state, kind } = end_in(transaction, fence, decision, error, now).await?;
                    if kind.is_run() {
                        // A run ends with its job. One that is still there began, or ended, in a transaction whose answer was lost.
                        runs::end_of_job_in(transaction, fence.job, RunState::Lost, now).await?;
                    }
                    Ok(state)
                })
            })
            .await?;
        if state == JobState::Available {
            self.0.wake();
        }
        Ok(state)
    }
}

/// What became of a job.
pub(crate) struct Ended {
    pub(crate) state: JobState,
    pub(crate) kind: JobKind,
}

/// Ends the present try as `decision` says; [`Error::Fenced`] when the job is not this worker's any more.
pub(crate) async fn end_in(
    transaction: &mut Transaction,
    fence: Fence,
    decision: JobDecision,
    error: Option<String>,
    now: Timestamp,
) -> Result<Ended, Error> {
    let (state, at, tried) = match decision {
        JobDecision::Complete => return complete_in(transaction, fence).await,
        JobDecision::Discard => (JobState::Discarded, now, true),
        JobDecision::RetryAt(at) => (JobState::Available, at, true),
        JobDecision::SnoozeUntil(at) => (JobState::Available, at, false),
    };
    let sql = "UPDATE jobs SET
                   state = CASE WHEN $3 = 'available' AND $4 AND attempt - crashes >= max_attempts THEN 'discarded' ELSE $3 END,
                   reason = CASE WHEN $3 = 'discarded' THEN 'failed' WHEN $4 AND attempt - crashes >= max_attempts THEN 'attempts_used_up' END,
                   finished_at = CASE WHEN $3 = 'available' AND NOT ($4 AND attempt - crashes >= max_attempts) THEN NULL ELSE $6 END,
                   rank = CASE WHEN $3 = 'available' AND NOT ($4 AND attempt - crashes >= max_attempts) AND $5 <= $6 THEN $5 - head_start END,
                   attempt = CASE WHEN $4 THEN attempt ELSE attempt - 1 END,
                   scheduled_at = $5, error = COALESCE($7, error), owner = NULL, lease_expires_at = NULL
               WHERE id = $1 AND fence = $2 AND state = 'running'
               RETURNING id, state, kind";
    let values = values![fence.job, fence.fence, state.as_str(), tried, at, now, error];
    let row = transaction.row(sql, values).await?.ok_or(Error::Fenced)?;
    let ended = Ended { state: row.parse("jobs", "state", JobState::parse)?, kind: row.parse("jobs", "kind", JobKind::parse)? };
    if ended.state == JobState::Discarded {
        given_up_in(transaction, fence.job, ended.kind, now).await?;
    }
    Ok(ended)
}

/// What is done leaves the table: its run is its history, and the table holds what is still to be done.
async fn complete_in(transaction: &mut Transaction, fence: Fence) -> Result<Ended, Error> {
    let sql = "DELETE FROM jobs WHERE id = $1 AND fence = $2 AND state = 'running' RETURNING id, kind";
    let row = transaction.row(sql, values![fence.job, fence.fence]).await?.ok_or(Error::Fenced)?;
    Ok(Ended { state: JobState::Completed, kind: row.parse("jobs", "kind", JobKind::parse)? })
}

pub(crate) async fn cancel_sync_in(transaction: &mut Transaction, sync: SyncId, now: Timestamp) -> Result<u64, Error> {
    let sql = "DELETE FROM jobs WHERE sync = $1 AND state IN ('available', 'running') RETURNING id, kind";
    cancelled(transaction.rows(sql, values![sync]).await?, transaction, now).await
}

/// The same for what no worker has begun.
pub(crate) async fn cancel_waiting_in(transaction: &mut Transaction, sync: SyncId) -> Result<u64, Error> {
    let sql = "DELETE FROM jobs WHERE sync = $1 AND state = 'available' AND state IN ('available', 'running')";
    transaction.execute(sql, values![sync]).await
}

pub(crate) async fn cancel_connection_in(
    transaction: &mut Transaction,
    connection: syncline_domain::ConnectionRowId,
    now: Timestamp,
) -> Result<u64, Error> {
    let sql = "DELETE FROM jobs WHERE connection = $1 AND state IN ('available', 'running') RETURNING id, kind";
    cancelled(transaction.rows(sql, values![connection]).await?, transaction, now).await
}

/// Takes back what waits or runs for an event function.
pub(crate) async fn cancel_event_in(transaction: &mut Transaction, function: FunctionId, now: Timestamp) -> Result<u64, Error> {
    let sql = "DELETE FROM jobs WHERE kind = 'run_event' AND payload = $1 AND state IN ('available', 'running') RETURNING id, kind";
    let payload = payload::json(&payload::RunEvent { function });
    cancelled(transaction.rows(sql, values![payload]).await?, transaction, now).await
}

async fn cancelled(jobs: Vec<crate::database::Row>, transaction: &mut Transaction, now: Timestamp) -> Result<u64, Error> {
    for job in &jobs {
        let id = JobId(job.get("id")?);
        runs::end_of_job_in(transaction, id, RunState::Cancelled, now).await?;
        // Of the others nothing need be known: a newer version may have put them there.
        if job.get::<String>("kind")? == JobKind::RunAction.as_str() {
            async_actions::end_in(transaction, id, AsyncActionState::Cancelled, None, now).await?;
        }
    }
    Ok(jobs.len() as u64)
}
