//! Removes the records of collections that were dropped with their function, in steps short enough not to hold up other writers.

use tokio_util::sync::CancellationToken;

use super::{Done, JobError};
use crate::Runner;

const STEP: u32 = 2_000;

pub(super) async fn perform(runner: &Runner, soft: &CancellationToken) -> Result<Done, JobError> {
    while runner.store().records().purge_step(STEP).await? {
        if soft.is_cancelled() {
            return Ok(Done::Snooze(runner.now()));
        }
    }
    Ok(Done::Complete)
}
