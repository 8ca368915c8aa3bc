//! The end of a run, and of its job with it.

use std::time::Duration;

use syncline_domain::{AsyncActionState, Counts, JobKind, JobState, RunError, RunId, RunState, Timestamp};

use super::{Runs, alone, place};
use crate::crypto::Cipher;
use crate::database::{Row, values};
use crate::jobs::{self, Fence, JobDecision, payload};
use crate::{Error, NewDelivery, async_actions, webhook_deliveries};

/// How a run ended.
#[derive(Clone, Debug)]
pub struct FinishRun {
    /// Its id.
    pub id: RunId,
    /// How.
    pub state: RunState,
    /// JSON. Encrypted.
    pub output: Option<String>,
    /// Why it failed. Encrypted.
    pub error: Option<RunError>,
    /// What it did, by model.
    pub counts: Counts,
    /// What it took.
    pub usage: RunUsage,
    /// For a run of a job: proof of the lease, and what becomes of the job.
    pub job: Option<(Fence, JobDecision)>,
    /// The present.
    pub now: Timestamp,
}

/// What a run took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunUsage {
    /// Computing, without waiting; to the microsecond.
    pub cpu_time: Option<Duration>,
    /// At its height.
    pub peak_memory_bytes: Option<u64>,
    /// Calls of the host.
    pub host_calls: Option<u64>,
}

impl RunUsage {
    pub(super) fn read(row: &Row) -> Result<Self, Error> {
        let number = |column| -> Result<Option<u64>, Error> { Ok(row.get::<Option<i64>>(column)?.map(i64::unsigned_abs)) };
        Ok(Self {
            cpu_time: number("cpu_time_us")?.map(Duration::from_micros),
            peak_memory_bytes: number("peak_memory_bytes")?,
            host_calls: number("host_calls")?,
        })
    }
}

/// The same as its row keeps it.
pub(super) struct Ended {
    pub(super) output: Option<Vec<u8>>,
    pub(super) error: Option<Vec<u8>>,
    pub(super) counts: String,
    pub(super) cpu_time: Option<i64>,
    pub(super) peak_memory_bytes: Option<i64>,
    pub(super) host_calls: Option<i64>,
}

impl Ended {
    pub(super) fn of(end: &FinishRun, cipher: &Cipher) -> Self {
        let number = |value: Option<u64>| value.map(|value| i64::try_from(value).unwrap_or(i64::MAX));
        let cpu_time = end.usage.cpu_time.map(|time| u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
        Self {
            output: end.output.as_ref().map(|output| cipher.seal(place(&end.id, "output"), output.as_bytes())),
            error: end.error.as_ref().map(|error| cipher.seal(place(&end.id, "error"), payload::json(error).as_bytes())),
            counts: payload::json(&end.counts),
            cpu_time: number(cpu_time),
            peak_memory_bytes: number(end.usage.peak_memory_bytes),
            host_calls: number(end.usage.host_calls),
        }
    }
}

impl Runs<'_> {
    /// Ends a run, and its job as decided, in one transaction; a sync that ended well notes when it began. Returns the job's state.
    ///
    /// [`Error::Fenced`]: the job is another's, and what became of the run was decided with it. A run that is over is left as it is.
    pub async fn finish(&self, end: FinishRun) -> Result<Option<JobState>, Error> {
        self.finish_and_tell(end, Vec::new()).await
    }

    /// The same, with the webhooks that the run owes: they are in the queue exactly if the run has ended so.
    pub async fn finish_and_tell(&self, end: FinishRun, webhooks: Vec<NewDelivery>) -> Result<Option<JobState>, Error> {
        let (cipher, tells) = (self.0.cipher().clone(), !webhooks.is_empty());
        let Ended { output, error, counts, cpu_time, peak_memory_bytes, host_calls } = Ended::of(&end, self.0.cipher());
        // Only the code: the message may hold what a provider said, and the job keeps its error in clear.
        let code = end.error.as_ref().map(|error| error.code.clone());
        let sql =
            "UPDATE runs SET state = $2, output = $3, error = $4, counts = $5, cpu_time_us = $6, peak_memory_bytes = $7, host_calls = $8,
                       finished_at = $9
                   WHERE id = $1 AND (state = 'running') IS TRUE";
        let values = values![end.id, end.state.as_str(), output, error, counts, cpu_time, peak_memory_bytes, host_calls, end.now];
        let database = self.0.database();
        if let Some((fence, JobDecision::Complete)) = end.job
            && !tells
            && !database.is_sqlite()
            && let Some(state) = alone::end(database, values.clone(), fence).await?
        {
            return Ok(Some(state));
        }
        let job = database
            .write(move |transaction| {
                Box::pin(async move {
                    if end.state == RunState::Succeeded {
                        // A webhook's run has read one event: the next run of the sync still has to read all that changed since its last.
                        // The sync before its job, as everywhere. All of it is undone when the lease turns out to be lost.
                        let sql = "UPDATE syncs SET last_success_started_at = ended.started_at FROM runs ended
                                   WHERE ended.id = $1 AND (ended.state = 'running') IS TRUE AND ended.trigger_kind <> 'webhook'
                                       AND syncs.id = ended.sync";
                        transaction.execute(sql, values![end.id]).await?;
                    }
                    let job = match end.job {
                        Some((fence, decision)) => {
                            let job = jobs::end_in(transaction, fence, decision, code, end.now).await?;
                            if (job.kind, job.state) == (JobKind::RunAction, JobState::Completed) {
                                let succeeded = end.state == RunState::Succeeded;
                                let state = if succeeded { AsyncActionState::Succeeded } else { AsyncActionState::Failed };
                                async_actions::end_in(transaction, fence.job, state, Some(end.id), end.now).await?;
                            }
                            Some(job)
                        }
                        None => None,
                    };
                    transaction.execute(sql, values).await?;
                    for webhook in webhooks {
                        webhook_deliveries::insert_in(transaction, &cipher, webhook).await?;
                    }
                    Ok(job)
                })
            })
            .await?;
        // An asynchronous action's end lets the next one of its connection begin, and is to be told.
        if tells || job.as_ref().is_some_and(|job| job.state == JobState::Available || job.kind == JobKind::RunAction) {
            self.0.wake();
        }
        Ok(job.map(|job| job.state))
    }
}
