//! Named locks, shared by all runs of the environment and released when the run ends.

use std::time::Duration;

use super::Context;
use crate::error::Result;
use crate::host::Host;

impl Context {
    /// True when the run now holds the lock. Taking it again extends it.
    pub async fn try_lock(&self, key: &str, lifetime: Duration) -> Result<bool> {
        let ttl_ms = u64::try_from(lifetime.as_millis()).unwrap_or(u64::MAX);
        Ok(self.host.try_acquire(key, ttl_ms)?)
    }

    /// Releases a lock; true when the run held it.
    pub async fn unlock(&self, key: &str) -> Result<bool> {
        Ok(self.host.release(key)?)
    }

    /// Releases every lock of this run.
    pub async fn unlock_all(&self) -> Result<()> {
        Ok(self.host.release_all()?)
    }
}
