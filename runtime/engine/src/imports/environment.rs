//! `syncline:host/environment`.

use syncline_host_api::bindings::syncline::host::environment::Host;
use syncline_host_api::host::Failure;
use wasmtime::Result;

use crate::run::State;

impl Host for State {
    async fn variables(&mut self) -> Result<Result<Vec<(String, String)>, Failure>> {
        self.spend_host_call()?;
        Ok(self.host.variables().await)
    }
}
