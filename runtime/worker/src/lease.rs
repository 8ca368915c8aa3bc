//! Keeps a job's lease while it is worked on.

use std::time::Duration;

use syncline_store::Fence;
use tokio_util::sync::CancellationToken;

use crate::Runner;

/// Renews the lease three times in its length, and cancels `lost` as soon as it is another's.
///
/// Runs until dropped.
pub(crate) async fn keep(runner: &Runner, fence: Fence, length: Duration, lost: CancellationToken) {
    let mut renewed = runner.now();
    loop {
        tokio::time::sleep(length / 3).await;
        let now = runner.now();
        match runner.store().jobs().heartbeat(&fence, now.plus(length)).await {
            Ok(()) => renewed = now,
            Err(syncline_store::Error::Fenced) => {
                tracing::warn!(job.id = fence.job.0, "the lease was lost; dropping the run");
                return lost.cancel();
            }
            Err(error) => {
                tracing::warn!(
                    job.id = fence.job.0,
                    error = &error as &dyn std::error::Error,
                    "the lease could not be renewed; trying again"
                );
                if now.since(renewed) > length {
                    return lost.cancel();
                }
            }
        }
    }
}
