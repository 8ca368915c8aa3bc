//! Named locks of the environment.

use std::sync::atomic::Ordering;
use std::time::Duration;

use syncline_host_api::host::{Failure, failure};
use syncline_store::AcquireLock;

use super::FunctionHost;
use super::failure::from_store;

const MAX_KEY_CHARS: usize = 255;
/// As long as the longest run: a lock that outlives its run by accident ends some day.
const MAX_TTL: Duration = Duration::from_secs(24 * 3_600);

/// For how long a lock of that key may be held.
pub fn lock_ttl(key: &str, ttl_ms: u64) -> Result<Duration, Failure> {
    if key.is_empty() || key.chars().count() > MAX_KEY_CHARS {
        return Err(failure("invalid_lock", format!("a lock's key has 1 to {MAX_KEY_CHARS} characters")));
    }
    let ttl = Duration::from_millis(ttl_ms).min(MAX_TTL);
    if ttl.is_zero() {
        return Err(failure("invalid_lock", "a lock's time to live is above zero milliseconds"));
    }
    Ok(ttl)
}

impl FunctionHost {
    pub(super) async fn lock_acquire(&self, key: String, ttl_ms: u64) -> Result<bool, Failure> {
        let ttl = lock_ttl(&key, ttl_ms)?;
        let lock = AcquireLock {
            fence: self.setup.work.lease(),
            environment: self.setup.work.connection.environment,
            key,
            owner: self.setup.run,
            ttl,
            now: self.setup.runner.now(),
        };
        self.holds_locks.store(true, Ordering::Relaxed);
        self.setup.runner.store().locks().try_acquire(lock).await.map_err(|error| from_store(&error))
    }

    pub(super) async fn lock_release(&self, key: String) -> Result<bool, Failure> {
        let environment = self.setup.work.connection.environment;
        self.setup.runner.store().locks().release(environment, &key, self.setup.run).await.map_err(|error| from_store(&error))
    }

    pub(super) async fn lock_release_all(&self) -> Result<(), Failure> {
        self.setup.runner.store().locks().release_all(self.setup.run).await.map_err(|error| from_store(&error))?;
        Ok(())
    }
}
