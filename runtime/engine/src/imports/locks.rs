//! `syncline:host/locks`.

use syncline_host_api::bindings::syncline::host::locks::Host;
use syncline_host_api::host::Failure;
use wasmtime::Result;

use crate::run::State;

impl Host for State {
    async fn try_acquire(&mut self, key: String, ttl_ms: u64) -> Result<Result<bool, Failure>> {
        self.spend_host_call()?;
        Ok(self.host.try_acquire_lock(key, ttl_ms).await)
    }

    async fn release(&mut self, key: String) -> Result<Result<bool, Failure>> {
        self.spend_host_call()?;
        Ok(self.host.release_lock(key).await)
    }

    async fn release_all(&mut self) -> Result<Result<(), Failure>> {
        self.spend_host_call()?;
        Ok(self.host.release_all_locks().await)
    }
}
