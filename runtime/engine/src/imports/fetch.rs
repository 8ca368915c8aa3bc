//! `syncline:host/fetch`.

use syncline_host_api::bindings::syncline::host::fetch::Host;
use syncline_host_api::host::{Failure, FetchRequest, FetchResponse};
use wasmtime::Result;

use crate::run::State;

impl Host for State {
    async fn fetch(&mut self, request: FetchRequest) -> Result<Result<FetchResponse, Failure>> {
        self.spend_host_call()?;
        Ok(self.host.fetch(request).await)
    }
}
