//! Runs an action that nobody waits for. At least once: a worker that disappears in the middle is followed by another, from the start.

use syncline_domain::{AsyncActionState, Trigger};
use syncline_store::payload::AsyncAction;
use syncline_store::{Error, JobRow};
use tokio_util::sync::CancellationToken;

use super::{Done, JobError, backoff, read};
use crate::Runner;
use crate::run::Work;

pub(super) async fn perform(runner: &Runner, job: &JobRow, cancel: CancellationToken) -> Result<Done, JobError> {
    let payload: AsyncAction = read(job)?;
    let lost = |error: Error| lost(job, &error);
    let actions = runner.store().async_actions();
    let Some(action) = actions.lookup(payload.action).await.map_err(lost)? else { return Ok(Done::Complete) };
    let (AsyncActionState::Waiting, Some(input)) = (action.state, action.input) else { return Ok(Done::Complete) };
    let function = runner.store().functions().lookup(action.function).await.map_err(lost)?;
    let connection = runner.opened_connection(job.connection).await.map_err(lost)?;
    let (Some(function), Some(connection)) = (function, connection) else {
        actions.cancel(job.fence(), runner.now()).await.map_err(lost)?;
        return Ok(Done::Recorded);
    };
    let work = Work {
        function,
        connection,
        sync: None,
        fence: Some(job.fence()),
        caller: None,
        trigger: Trigger::Api,
        attempt: job.attempt,
        crashes: job.crashes,
        input,
        depth: 0,
    };
    let again = (job.tries() < job.max_attempts).then(|| backoff(job.tries()));
    runner.perform_or_retry(work, again, CancellationToken::new(), cancel).await.map_err(lost)?;
    Ok(Done::Recorded)
}

/// A database that fails is no failure of the action's and costs it no try: the lease runs out, and the rescuer gives the job back.
fn lost(job: &JobRow, error: &Error) -> JobError {
    if !matches!(error, Error::Fenced) {
        let error = error as &dyn std::error::Error;
        tracing::error!(job.id = job.id.0, error, "an asynchronous action's run could not be written; it begins again with its next lease");
    }
    JobError::Gone
}
