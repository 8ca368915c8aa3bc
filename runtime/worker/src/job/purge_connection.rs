//! Removes what a deleted connection left, in steps short enough not to hold up other writers.

use syncline_store::JobRow;
use tokio_util::sync::CancellationToken;

use super::{Done, JobError};
use crate::Runner;

const STEP: u32 = 2_000;

pub(super) async fn perform(runner: &Runner, job: &JobRow, soft: &CancellationToken) -> Result<Done, JobError> {
    let connection = job.connection.ok_or_else(|| JobError::Fail(anyhow::anyhow!("the job names no connection")))?;
    while runner.store().connections().purge_step(connection, STEP).await? {
        if soft.is_cancelled() {
            return Ok(Done::Snooze(runner.now()));
        }
    }
    Ok(Done::Complete)
}
