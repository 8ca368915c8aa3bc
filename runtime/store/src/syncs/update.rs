//! Pausing, starting, another frequency, the end.

use syncline_domain::{SyncId, SyncState, Timestamp};

use super::{Of, Syncs, remove_in};
use crate::database::values;
use crate::{Error, Fence, jobs};

impl Syncs<'_> {
    /// Turns the schedule on or off. Pausing takes back what waits; what runs goes on to its end. `false` when the sync is gone.
    pub async fn set_state(&self, id: SyncId, state: SyncState, next_run_at: Option<Timestamp>) -> Result<bool, Error> {
        self.set_state_of_run(None, id, state, next_run_at).await
    }

    /// The same for a run that asks for it, which shows its lease if it has one.
    pub async fn set_state_of_run(
        &self,
        fence: Option<Fence>,
        id: SyncId,
        state: SyncState,
        next_run_at: Option<Timestamp>,
    ) -> Result<bool, Error> {
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    let sql = "UPDATE syncs SET state = $2, next_run_at = $3 WHERE id = $1";
                    let written = transaction.execute(sql, values![id, state.as_str(), next_run_at]).await?;
                    // The sync before its job, as everywhere.
                    if let Some(fence) = fence {
                        fence.check(transaction).await?;
                    }
                    if written == 0 {
                        return Ok(false);
                    }
                    if state == SyncState::Paused {
                        jobs::cancel_waiting_in(transaction, id).await?;
                    }
                    Ok(true)
                })
            })
            .await
    }

    /// Turns the schedule off and takes back what waits and what runs: a worker in the middle of it is fenced from then on. `false` when the
    /// sync is gone.
    pub async fn pause_now(&self, id: SyncId, now: Timestamp) -> Result<bool, Error> {
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    let sql = "UPDATE syncs SET state = $2, next_run_at = NULL WHERE id = $1";
                    if transaction.execute(sql, values![id, SyncState::Paused.as_str()]).await? == 0 {
                        return Ok(false);
                    }
                    jobs::cancel_sync_in(transaction, id, now).await?;
                    Ok(true)
                })
            })
            .await
    }

    /// Sets a frequency instead of the function's, or takes it back. `false` when the sync is gone.
    ///
    /// `next_run_at` is for a schedule that is on: one that is off stays so, and one that somebody turned on a moment ago does not lose its time.
    pub async fn set_frequency(&self, id: SyncId, frequency: Option<String>, next_run_at: Option<Timestamp>) -> Result<bool, Error> {
        let sql =
            "UPDATE syncs SET frequency_override = $2, next_run_at = CASE WHEN state = 'started' THEN CAST($3 AS BIGINT) END WHERE id = $1";
        Ok(self.0.database().execute(sql, values![id, frequency, next_run_at]).await? > 0)
    }

    /// Removes a sync with its checkpoint and its jobs; its records stay until the connection is deleted. `false` when it is gone.
    pub async fn delete(&self, id: SyncId, now: Timestamp) -> Result<bool, Error> {
        self.0.database().write(move |transaction| Box::pin(async move { Ok(remove_in(transaction, Of::One(id), now).await? > 0) })).await
    }
}
