//! `syncline:host/functions`.

use syncline_host_api::bindings::syncline::host::functions::Host;
use syncline_host_api::host::{ConnectionRef, Failure, SyncOptions};
use wasmtime::Result;

use crate::run::State;

impl Host for State {
    async fn trigger_action(&mut self, of: Option<ConnectionRef>, action: String, input: String) -> Result<Result<String, Failure>> {
        self.spend_host_call()?;
        Ok(self.host.trigger_action(of, action, input).await)
    }

    async fn trigger_sync(&mut self, of: Option<ConnectionRef>, sync: String, options: SyncOptions) -> Result<Result<(), Failure>> {
        self.spend_host_call()?;
        Ok(self.host.trigger_sync(of, sync, options).await)
    }

    async fn start_sync(&mut self, of: Option<ConnectionRef>, sync: String) -> Result<Result<(), Failure>> {
        self.spend_host_call()?;
        Ok(self.host.start_sync(of, sync).await)
    }
}
