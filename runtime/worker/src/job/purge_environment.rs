//! Removes what a deleted environment left, in steps short enough not to hold up other writers.

use std::time::Duration;

use syncline_store::{EnvironmentPurge, JobRow};
use tokio_util::sync::CancellationToken;

use super::{Done, JobError};
use crate::Runner;

/// Between two looks at whether its connections are gone.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

pub(super) async fn perform(runner: &Runner, job: &JobRow, soft: &CancellationToken) -> Result<Done, JobError> {
    loop {
        match runner.store().environments().purge_step(job.environment, runner.now()).await? {
            EnvironmentPurge::Done => return Ok(Done::Complete),
            EnvironmentPurge::Waiting => return Ok(Done::Snooze(runner.now().plus(LOOK_AGAIN))),
            EnvironmentPurge::More if soft.is_cancelled() => return Ok(Done::Snooze(runner.now())),
            EnvironmentPurge::More => {}
        }
    }
}
