//! After a new data key: encrypts everything anew with it, while reads and writes go on.

use std::time::Duration;

use syncline_store::Reencryption;
use tokio_util::sync::CancellationToken;

use super::{Done, JobError};
use crate::Runner;

/// A step holds the writer for a few milliseconds.
const STEP: u32 = 200;
/// A node's own key changes with its next look at the database.
const SOON: Duration = Duration::from_secs(2);

pub(super) async fn perform(runner: &Runner, soft: &CancellationToken) -> Result<Done, JobError> {
    let keys = runner.store().keys();
    let latest = keys.list().await?.last().map_or(0, |key| key.id);
    if keys.current() != latest {
        return Ok(Done::Snooze(runner.now().plus(SOON)));
    }
    let mut progress = Reencryption::default();
    while keys.reencrypt_step(&mut progress, STEP).await? {
        if soft.is_cancelled() {
            return Ok(Done::Snooze(runner.now()));
        }
    }
    keys.note_reencrypted(latest, runner.now()).await?;
    tracing::info!(key.id = latest, moved = progress.moved, broken = progress.broken, "everything is encrypted with the latest data key");
    // Another rotation may have come meanwhile, which found this job in its place.
    let is_latest = keys.list().await?.last().is_none_or(|key| key.id == latest);
    Ok(if is_latest { Done::Complete } else { Done::Snooze(runner.now()) })
}
