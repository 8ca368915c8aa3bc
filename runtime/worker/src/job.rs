//! What each kind of job does: one file a kind, all kinds in [`perform`].

mod deliver_webhook;
mod notify_async_action;
mod notify_auth;
mod notify_sync;
mod purge_connection;
mod purge_environment;
mod purge_records;
pub(crate) mod receivers;
mod reencrypt;
mod release_webhooks;
mod route_webhook;
mod run_action;
mod run_event;
mod run_sync;
mod run_webhook;

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::error::Category;
use syncline_domain::{JobKind, JobOutcome, Timestamp};
use syncline_store::{Fence, JobDecision, JobRow, payload};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use crate::{Runner, Shutdown, lease, trace};

/// Why a job did not end well, and what to do about it.
#[derive(Debug)]
pub(crate) enum JobError {
    /// Another try may help.
    Retry(anyhow::Error),
    /// Another try would not.
    Fail(anyhow::Error),
    /// The lease is another's, or the job's end is written already: nothing to do.
    Gone,
    /// Its payload says something that this version does not know: it is for a newer one.
    Newer(serde_json::Error),
}

/// What a job leaves behind.
pub(crate) enum Done {
    /// The job's end is still to be written.
    Complete,
    /// It was written together with the run's.
    Recorded,
    /// Goes on later, without counting as an attempt.
    Snooze(Timestamp),
}

impl From<syncline_store::Error> for JobError {
    fn from(error: syncline_store::Error) -> Self {
        match error {
            syncline_store::Error::Fenced => Self::Gone,
            other => Self::Retry(other.into()),
        }
    }
}

/// How long a job is left alone that only a newer version can read: in a rolling upgrade a node with that version comes within minutes.
const NEWER: Duration = Duration::from_secs(10);

/// What a job carries.
fn read<T: DeserializeOwned>(job: &JobRow) -> Result<T, JobError> {
    payload::read(&job.payload).map_err(|error| match error.classify() {
        Category::Data => JobError::Newer(error),
        // Whatever a newer version writes is JSON.
        Category::Syntax | Category::Eof | Category::Io => JobError::Fail(anyhow::Error::new(error).context("its payload is damaged")),
    })
}

/// Performs one claimed job and writes its end.
pub(crate) async fn perform(runner: &Runner, job: JobRow, shutdown: &Shutdown) {
    let fence = Fence { job: job.id, fence: job.fence };
    let cancel = shutdown.hard.child_token();
    let span = trace::job(&job);
    let outcome = tokio::select! {
        outcome = dispatch(runner, &job, shutdown, cancel.clone()).instrument(span.clone()) => outcome,
        () = watch(runner, fence, &cancel) => Err(JobError::Gone),
    };
    let now = runner.now();
    let jobs = runner.store().jobs();
    let end = match &outcome {
        Ok(Done::Complete | Done::Recorded) => JobOutcome::Completed,
        Ok(Done::Snooze(_)) | Err(JobError::Newer(_)) => JobOutcome::Snoozed,
        Err(JobError::Gone) => JobOutcome::Lost,
        Err(JobError::Retry(_)) if job.tries() < job.max_attempts => JobOutcome::Retried,
        Err(JobError::Retry(_) | JobError::Fail(_)) => JobOutcome::Discarded,
    };
    runner.store().metrics().job(job.kind, end).increment();
    trace::job_ended(&span, end);
    let written = match outcome {
        Ok(Done::Recorded) | Err(JobError::Gone) => Ok(()),
        Ok(Done::Complete) => jobs.complete(&fence, now).await,
        Ok(Done::Snooze(until)) => jobs.snooze(&fence, until, now).await,
        Err(JobError::Newer(error)) => {
            if runner.is_first_newer(job.kind) {
                tracing::warn!(
                    job.id = job.id.0,
                    job.kind = job.kind.as_str(),
                    error = &error as &dyn std::error::Error,
                    "jobs of this kind were made by a newer version and cannot be read here; they are left to a node that has it"
                );
            }
            jobs.snooze(&fence, now.plus(NEWER), now).await
        }
        Err(JobError::Retry(error)) if job.tries() < job.max_attempts => {
            tracing::warn!(
                job.id = job.id.0,
                job.kind = job.kind.as_str(),
                error = format!("{error:#}"),
                "the job failed and will be tried again"
            );
            jobs.fail(&fence, &format!("{error:#}"), JobDecision::RetryAt(now.plus(backoff(job.tries()))), now).await.map(drop)
        }
        Err(JobError::Retry(error) | JobError::Fail(error)) => {
            tracing::error!(job.id = job.id.0, job.kind = job.kind.as_str(), error = format!("{error:#}"), "the job failed for good");
            jobs.fail(&fence, &format!("{error:#}"), JobDecision::Discard, now).await.map(drop)
        }
    };
    match written {
        Ok(()) | Err(syncline_store::Error::Fenced) => {}
        // The lease runs out and the rescuer gives the job to another.
        Err(error) => tracing::error!(job.id = job.id.0, error = &error as &dyn std::error::Error, "the job's end could not be written"),
    }
}

async fn dispatch(runner: &Runner, job: &JobRow, shutdown: &Shutdown, cancel: CancellationToken) -> Result<Done, JobError> {
    match job.kind {
        JobKind::RunSync => run_sync::perform(runner, job, &shutdown.soft, cancel).await,
        JobKind::RunEvent => run_event::perform(runner, job, cancel).await,
        JobKind::Reencrypt => reencrypt::perform(runner, &shutdown.soft).await,
        JobKind::PurgeConnection => purge_connection::perform(runner, job, &shutdown.soft).await,
        JobKind::RouteWebhook => route_webhook::perform(runner, job).await,
        JobKind::RunWebhook => Box::pin(run_webhook::perform(runner, job, cancel)).await,
        JobKind::RunAction => run_action::perform(runner, job, cancel).await,
        JobKind::NotifyAsyncAction => notify_async_action::perform(runner, job).await,
        JobKind::PurgeRecords => purge_records::perform(runner, &shutdown.soft).await,
        JobKind::PurgeEnvironment => purge_environment::perform(runner, job, &shutdown.soft).await,
        JobKind::NotifyAuth => notify_auth::perform(runner, job).await,
        JobKind::NotifySync => notify_sync::perform(runner, job).await,
        JobKind::DeliverWebhook => deliver_webhook::perform(runner, job).await,
        JobKind::ReleaseWebhooks => release_webhooks::perform(runner, job, &shutdown.soft).await,
    }
}

/// Ends when the lease is lost; the caller then drops the work.
async fn watch(runner: &Runner, fence: Fence, cancel: &CancellationToken) {
    let lost = CancellationToken::new();
    lease::keep(runner, fence, runner.options().lease, lost.clone()).await;
    lost.cancelled().await;
    cancel.cancel();
}

/// Anything up to 3 s, 6 s, 12 s, ... up to ten minutes, so that what failed together does not come again together.
fn backoff(attempt: u32) -> Duration {
    let most = Duration::from_secs(3).saturating_mul(1 << attempt.min(10).saturating_sub(1)).min(Duration::from_secs(600));
    let mut randomness = [0; 4];
    getrandom::fill(&mut randomness).expect("the system has randomness");
    most.mul_f64(f64::from(u32::from_le_bytes(randomness)) / f64::from(u32::MAX))
}
