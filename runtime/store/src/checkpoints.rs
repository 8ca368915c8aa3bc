//! What syncs remember.

use syncline_domain::{Checkpoint, SyncId, Timestamp};

use crate::database::values;
use crate::{Error, Fence, Store};

/// The checkpoints. A checkpoint goes with its sync.
pub struct Checkpoints<'s>(pub(crate) &'s Store);

impl Checkpoints<'_> {
    /// The checkpoint and how often it was saved.
    pub async fn lookup(&self, sync: SyncId) -> Result<Option<(Checkpoint, i64)>, Error> {
        let row = self.0.database().row("SELECT value, version FROM checkpoints WHERE sync = $1", values![sync]).await?;
        row.map(|row| {
            let text: String = row.get("value")?;
            let checkpoint = Checkpoint::parse(&text).map_err(|_| Error::inconsistency("checkpoints", "value", sync))?;
            Ok((checkpoint, row.get("version")?))
        })
        .transpose()
    }

    /// Saves it for the worker that holds the job.
    pub async fn save(&self, fence: Fence, sync: SyncId, checkpoint: &Checkpoint, now: Timestamp) -> Result<(), Error> {
        let sql = "INSERT INTO checkpoints (sync, value, version, updated_at) VALUES ($1, $2, 1, $3)
                   ON CONFLICT (sync) DO UPDATE SET value = excluded.value, version = checkpoints.version + 1, updated_at = excluded.updated_at";
        self.write(fence, sql, values![sync, checkpoint.as_str(), now]).await
    }

    /// Forgets it.
    pub async fn clear(&self, fence: Fence, sync: SyncId) -> Result<(), Error> {
        self.write(fence, "DELETE FROM checkpoints WHERE sync = $1", values![sync]).await
    }

    async fn write(&self, fence: Fence, sql: &'static str, values: Vec<crate::database::Value>) -> Result<(), Error> {
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    fence.check(transaction).await?;
                    transaction.execute(sql, values).await.map(drop)
                })
            })
            .await
    }
}
