//! Lets go of what waits for an address that failed, step by step.

use syncline_store::payload::ReleaseWebhooks;
use syncline_store::{JobRow, Released};
use tokio_util::sync::CancellationToken;

use super::{Done, JobError, read};
use crate::Runner;

/// Deliveries of one transaction: one that lasts holds up other writers.
const STEP: u32 = 200;

pub(super) async fn perform(runner: &Runner, job: &JobRow, soft: &CancellationToken) -> Result<Done, JobError> {
    let payload: ReleaseWebhooks = read(job)?;
    while runner.store().webhook_endpoints().release(job.fence(), payload.endpoint, STEP, runner.now()).await? == Released::More {
        if soft.is_cancelled() {
            return Ok(Done::Snooze(runner.now()));
        }
    }
    Ok(Done::Recorded)
}
