//! The connection of the run and its integration.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use syncline_connect::Freshness;
use syncline_host_api::host::{ConnectionRef as WireRef, Failure, failure};
use syncline_outbound::{CredentialSource as _, Refresh};
use syncline_store::ConnectionRow;

use super::FunctionHost;
use super::failure::{from_connect, from_store, invalid};
use super::provider::connection_ref;

/// Read on every run that asks: settings, not a database.
const MAX_METADATA_BYTES: usize = 1024 * 1024;

impl FunctionHost {
    pub(super) async fn connection_get(&self, of: Option<WireRef>) -> Result<String, Failure> {
        let (row, credentials) = match of {
            None => (self.current().await?, self.source.credentials()),
            Some(of) => {
                let of = connection_ref(&of)?;
                let environment = self.setup.work.connection.environment;
                let connect = self.setup.runner.connect();
                let (mut row, _) = connect.credentials(environment, &of, Freshness::Usable).await.map_err(|error| from_connect(&error))?;
                let credentials = row.credentials.take().ok_or_else(|| failure("unknown_connection", "the connection was deleted"))?;
                (row, Arc::new(credentials))
            }
        };
        let mut object = json!({
            "connection_id": row.name.as_str(),
            "provider_config_key": row.integration_key.as_str(),
            "provider": row.provider,
            "connection_config": parsed(&row.connection_config),
            "metadata": row.metadata.as_deref().map(parsed),
            "tags": row.tags,
            "end_user": row.end_user,
        });
        if self.may_see_credentials() {
            object["credentials"] = credentials.to_wire_exposed();
        }
        Ok(object.to_string())
    }

    /// Those of the run's own connection sign its next requests.
    pub(super) async fn connection_refresh(&self, of: Option<WireRef>) -> Result<String, Failure> {
        if let Some(of) = &of {
            let environment = self.setup.work.connection.environment;
            let connect = self.setup.runner.connect();
            connect.credentials(environment, &connection_ref(of)?, Freshness::Forced).await.map_err(|error| from_connect(&error))?;
        } else {
            self.source.target(Refresh::Force).await.map_err(|error| failure(error.code, error.message))?;
        }
        self.connection_get(of).await
    }

    pub(super) async fn metadata_get(&self) -> Result<String, Failure> {
        Ok(self.current().await?.metadata.unwrap_or_else(|| "{}".to_owned()))
    }

    pub(super) async fn metadata_set(&self, metadata: String) -> Result<(), Failure> {
        check_metadata(&metadata)?;
        let (id, now) = (self.setup.work.connection.id, self.setup.runner.now());
        let connections = self.setup.runner.store().connections();
        // By its row: a connection that waits for approval is not found by its name, and another may have that.
        let written = connections.set_metadata_by_row_id(id, &metadata, now).await.map_err(|error| from_store(&error))?;
        written.then_some(()).ok_or_else(|| failure("unknown_connection", "the connection was deleted"))
    }

    pub(super) async fn metadata_update(&self, metadata: String) -> Result<(), Failure> {
        check_metadata(&metadata)?;
        let (id, now) = (self.setup.work.connection.id, self.setup.runner.now());
        let connections = self.setup.runner.store().connections();
        // By its row: a connection that waits for approval is not found by its name, and another may have that.
        let written = connections.merge_metadata_by_row_id(id, &metadata, now).await.map_err(|error| from_store(&error))?;
        written.then_some(()).ok_or_else(|| failure("unknown_connection", "the connection was deleted"))
    }

    pub(super) async fn integration_get(&self) -> Result<String, Failure> {
        let own = &self.setup.work.connection;
        let row = self.setup.runner.store().integrations().lookup_by_id(own.integration).await.map_err(|error| from_store(&error))?;
        let row = row.ok_or_else(|| failure("unknown_integration", "the integration was deleted"))?;
        Ok(json!({ "unique_key": row.key.as_str(), "provider": row.provider, "display_name": row.display_name }).to_string())
    }

    /// As it is now: the run may have changed it, or somebody else.
    async fn current(&self) -> Result<ConnectionRow, Failure> {
        let row = self
            .setup
            .runner
            .store()
            .connections()
            .lookup_by_row_id(self.setup.work.connection.id)
            .await
            .map_err(|error| from_store(&error))?;
        row.ok_or_else(|| failure("unknown_connection", "the connection was deleted"))
    }
}

/// Metadata is a JSON object of a bounded size.
pub fn check_metadata(metadata: &str) -> Result<(), Failure> {
    if metadata.len() > MAX_METADATA_BYTES {
        return Err(failure("invalid_metadata", format!("metadata holds at most {MAX_METADATA_BYTES} bytes; save larger data as records")));
    }
    serde_json::from_str::<Map<String, Value>>(metadata)
        .map_err(|error| invalid("invalid_metadata", format_args!("metadata is a JSON object: {error}")))?;
    Ok(())
}

fn parsed(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_else(|_| json!({}))
}
