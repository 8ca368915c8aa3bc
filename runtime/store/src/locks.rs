//! Locks that functions take by name. Giving one back needs no lease: nobody can give back what another run has.

use std::time::Duration;

use syncline_domain::{EnvironmentId, RunId, Timestamp};

use crate::database::values;
use crate::{Error, Fence, Store};

/// The locks. A lock whose time is over is free, whoever holds it.
pub struct Locks<'s>(pub(crate) &'s Store);

/// A lock to take.
#[derive(Clone, Debug)]
pub struct AcquireLock {
    /// For a run of a job: proof of the lease.
    pub fence: Option<Fence>,
    /// Where.
    pub environment: EnvironmentId,
    /// Which.
    pub key: String,
    /// For whom.
    pub owner: RunId,
    /// For how long.
    pub ttl: Duration,
    /// The present.
    pub now: Timestamp,
}

impl Locks<'_> {
    /// Takes the lock, or prolongs it for the run that has it already. `false`: another run has it.
    pub async fn try_acquire(&self, lock: AcquireLock) -> Result<bool, Error> {
        let AcquireLock { fence, environment, key, owner, ttl, now } = lock;
        let sql = "INSERT INTO locks (environment, key, owner, expires_at) VALUES ($1, $2, $3, $4)
                   ON CONFLICT (environment, key) DO UPDATE SET owner = excluded.owner, expires_at = excluded.expires_at
                   WHERE locks.owner = excluded.owner OR locks.expires_at <= $5";
        let values = values![environment, key, owner, now.plus(ttl), now];
        let written = self
            .0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    if let Some(fence) = fence {
                        fence.check(transaction).await?;
                    }
                    transaction.execute(sql, values).await
                })
            })
            .await?;
        Ok(written > 0)
    }

    /// Gives it back; `false` when this run does not have it.
    pub async fn release(&self, environment: EnvironmentId, key: &str, owner: RunId) -> Result<bool, Error> {
        let sql = "DELETE FROM locks WHERE environment = $1 AND key = $2 AND owner = $3";
        Ok(self.0.database().execute(sql, values![environment, key, owner]).await? > 0)
    }

    /// Gives back all that a run has.
    pub async fn release_all(&self, owner: RunId) -> Result<u64, Error> {
        self.0.database().execute("DELETE FROM locks WHERE owner = $1", values![owner]).await
    }
}
