//! Other functions of the environment, on this connection or another.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Context;
use crate::error::{Result, parse, to_json};
use crate::host::{ConnectionRef, Host, SyncOptions};

impl Context {
    /// Runs an action and waits for its output. `on` is another connection than the run's own.
    pub async fn trigger_action<I, O>(&self, on: Option<&ConnectionRef>, action: &str, input: &I) -> Result<O>
    where
        I: Serialize + ?Sized,
        O: DeserializeOwned,
    {
        let output = self.host.trigger_action(on, action, &to_json("writing the action's input", input)?)?;
        parse("reading the action's output", &output)
    }

    /// Asks for a run of a sync, and does not wait for it.
    pub async fn trigger_sync(&self, on: Option<&ConnectionRef>, sync: &str, options: SyncOptions) -> Result<()> {
        Ok(self.host.trigger_sync(on, sync, options)?)
    }

    /// Starts a sync's schedule.
    pub async fn start_sync(&self, on: Option<&ConnectionRef>, sync: &str) -> Result<()> {
        Ok(self.host.start_sync(on, sync)?)
    }
}
