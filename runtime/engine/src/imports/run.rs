//! `syncline:host/run`.

use syncline_host_api::bindings::syncline::host::run::Host;
use syncline_host_api::host::{Failure, Level, RunInfo};
use wasmtime::Result;

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
}
