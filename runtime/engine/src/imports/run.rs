//! `syncline:host/run`.

use std::sync::Arc;
use std::time::Duration;

use syncline_host_api::bindings::syncline::host::run::{Budget, Host, HostWithStore};
use syncline_host_api::host::{Failure, Level, RunInfo};
use wasmtime::Result;
use wasmtime::component::{Access, FutureReader};
use wasmtime_wasi::p2::bindings::random::random::Host as _;
use wasmtime_wasi::random::WasiRandomView as _;

use super::Imports;
use crate::run::State;

impl Host for State {
    fn get_info(&mut self) -> Result<RunInfo> {
        self.spend_host_call()?;
        Ok(self.host.info())
    }

    fn input(&mut self) -> Result<String> {
        self.spend_host_call()?;
        Ok(self.host.input())
    }

    fn log(&mut self, level: Level, message: String, fields: Option<String>) -> Result<()> {
        self.log_line(level, &message, fields.as_deref());
        Ok(())
    }

    async fn get_checkpoint(&mut self) -> Result<Result<Option<String>, Failure>> {
        self.spend_host_call()?;
        Ok(self.host.get_checkpoint().await)
    }

    async fn save_checkpoint(&mut self, checkpoint: String) -> Result<Result<(), Failure>> {
        self.spend_host_call()?;
        Ok(self.host.save_checkpoint(checkpoint).await)
    }

    async fn clear_checkpoint(&mut self) -> Result<Result<(), Failure>> {
        self.spend_host_call()?;
        Ok(self.host.clear_checkpoint().await)
    }

    fn get_details(&mut self) -> Result<String> {
        self.spend_host_call()?;
        Ok(self.host.details())
    }

    /// Asked from inside loops, so it is not counted.
    fn get_budget(&mut self) -> Result<Budget> {
        Ok(self.budget())
    }

    /// Asked from inside functions, so it is not counted.
    fn get_stack(&mut self) -> Result<u64> {
        Ok(self.stack_left() as u64)
    }

    /// Not counted as a host call: it costs what any computation costs. More than the limit traps, as it does in `wasi:random`.
    fn get_random(&mut self, bytes: u32) -> Result<Vec<u8>> {
        self.random().get_random_bytes(u64::from(bytes))
    }
}

impl HostWithStore<State> for Imports {
    fn sleep(mut access: Access<'_, State, Self>, ms: u64) -> Result<FutureReader<bool>> {
        let state = access.get();
        state.spend_host_call()?;
        let host = Arc::clone(&state.host);
        FutureReader::new(access, async move {
            host.sleep(Duration::from_millis(ms)).await;
            Ok::<_, wasmtime::Error>(true)
        })
    }
}
