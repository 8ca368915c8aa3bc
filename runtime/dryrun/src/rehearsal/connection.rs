//! The connection, its metadata and its integration.

use serde_json::{Value, json};
use syncline_domain::{Grant, merge_top_level};
use syncline_host_api::host::{ConnectionRef, Failure, failure};
use syncline_worker::contract;

use super::Rehearsal;

impl Rehearsal {
    pub(super) async fn connection_get(&self, of: Option<ConnectionRef>, refresh: bool) -> Result<String, Failure> {
        let own = of.is_none();
        let mut connection = self.setting.world.connection(of, self.sees_credentials(), refresh).await?;
        if own {
            // The run may have changed it.
            connection["metadata"] = parsed(&self.state().metadata);
        }
        if own {
            self.given("getConnection", || {
                let mut shown = connection.clone();
                if let Some(object) = shown.as_object_mut() {
                    object.shift_remove("credentials");
                    object.shift_remove("metadata");
                }
                shown
            });
            self.given("getMetadata", || connection["metadata"].clone());
        }
        Ok(connection.to_string())
    }

    pub(super) fn metadata(&self) -> String {
        let metadata = self.state().metadata.clone();
        self.given("getMetadata", || parsed(&metadata));
        metadata
    }

    pub(super) fn metadata_set(&self, metadata: &str) -> Result<(), Failure> {
        contract::check_metadata(metadata)?;
        self.setting.journal.effect("setMetadata", parsed(metadata));
        metadata.clone_into(&mut self.state().metadata);
        Ok(())
    }

    pub(super) fn metadata_update(&self, metadata: &str) -> Result<(), Failure> {
        contract::check_metadata(metadata)?;
        self.setting.journal.effect("updateMetadata", parsed(metadata));
        let mut state = self.state();
        state.metadata = merge_top_level(&state.metadata, metadata)
            .map_err(|error| failure("invalid_metadata", format!("metadata is a JSON object: {error}")))?;
        Ok(())
    }

    pub(super) async fn integration_get(&self) -> Result<String, Failure> {
        let integration = self.setting.world.integration(self.sees_credentials()).await?;
        self.given("getIntegration", || {
            let mut shown = integration.clone();
            if let Some(object) = shown.as_object_mut() {
                object.shift_remove("credentials");
            }
            shown
        });
        Ok(integration.to_string())
    }

    fn sees_credentials(&self) -> bool {
        self.setting.function.definition.grants.contains(&Grant::Credentials)
    }
}

fn parsed(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_else(|_| json!({}))
}
