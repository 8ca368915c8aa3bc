//! What the run is, what it remembers, and its locks.

use serde_json::{Value, json};
use syncline_domain::{Checkpoint, FunctionKind};
use syncline_host_api::host::{Failure, RunInfo, failure};
use syncline_worker::contract;

use super::Rehearsal;

impl Rehearsal {
    pub(super) fn run_info(&self) -> RunInfo {
        let setting = &self.setting;
        RunInfo {
            id: "dry-run".to_owned(),
            function: setting.function.definition.name.to_string(),
            kind: self.kind().as_str().to_owned(),
            variant: setting.variant.clone(),
            environment: setting.environment.clone(),
            provider: setting.provider.clone(),
            provider_config_key: setting.integration.clone(),
            connection_id: setting.connection.clone(),
            attempt: 1,
            last_success_at: setting.last_success_at.clone(),
        }
    }

    pub(super) fn run_details(&self) -> String {
        let is_sync = self.kind() == FunctionKind::Sync;
        let tracked: Vec<String> = self.state().models.iter().filter(|(_, model)| model.tracks()).map(|(name, _)| name.clone()).collect();
        json!({
            "trigger": self.setting.trigger,
            "environment_id": 0,
            "connection_row_id": 0,
            "sync_id": is_sync.then_some("dry-run"),
            "deletes_tracked": tracked,
        })
        .to_string()
    }

    pub(super) fn checkpoint(&self) -> Option<String> {
        let checkpoint = self.state().checkpoint.clone();
        if let Some(checkpoint) = &checkpoint {
            self.given("getCheckpoint", || serde_json::from_str(checkpoint).unwrap_or(Value::Null));
        } else {
            self.given("getCheckpoint", || Value::Null);
        }
        checkpoint
    }

    pub(super) fn checkpoint_save(&self, json: &str) -> Result<(), Failure> {
        let checkpoint = Checkpoint::parse(json).map_err(|defect| failure("invalid_checkpoint", defect.to_string()))?;
        self.state().checkpoint = Some(checkpoint.as_str().to_owned());
        Ok(())
    }

    /// No other run is there that could hold it.
    pub(super) fn lock_acquire(&self, key: String, ttl_ms: u64) -> Result<bool, Failure> {
        contract::lock_ttl(&key, ttl_ms)?;
        self.state().locks.insert(key);
        Ok(true)
    }
}
