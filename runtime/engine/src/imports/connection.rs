//! `syncline:host/connection`.

use syncline_host_api::bindings::syncline::host::connection::Host;
use syncline_host_api::host::{ConnectionRef, Failure};
use wasmtime::Result;

use crate::run::State;

impl Host for State {
    async fn get(&mut self, of: Option<ConnectionRef>) -> Result<Result<String, Failure>> {
        self.spend_host_call()?;
        Ok(self.host.get_connection(of).await)
    }

    async fn refresh(&mut self, of: Option<ConnectionRef>) -> Result<Result<String, Failure>> {
        self.spend_host_call()?;
        Ok(self.host.refresh_connection(of).await)
    }

    async fn get_metadata(&mut self) -> Result<Result<String, Failure>> {
        self.spend_host_call()?;
        Ok(self.host.get_metadata().await)
    }

    async fn set_metadata(&mut self, metadata: String) -> Result<Result<(), Failure>> {
        self.spend_host_call()?;
        Ok(self.host.set_metadata(metadata).await)
    }

    async fn update_metadata(&mut self, metadata: String) -> Result<Result<(), Failure>> {
        self.spend_host_call()?;
        Ok(self.host.update_metadata(metadata).await)
    }

    async fn get_integration(&mut self) -> Result<Result<String, Failure>> {
        self.spend_host_call()?;
        Ok(self.host.get_integration().await)
    }
}
