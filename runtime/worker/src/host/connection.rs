//! The connection of the run and its integration.

use std::sync::Arc;

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use syncline_connect::Freshness;
use syncline_domain::{EndUser, Tags, Timestamp};
use syncline_host_api::host::{ConnectionRef as WireRef, Failure, failure};
use syncline_outbound::{CredentialSource as _, Refresh};
use syncline_store::ConnectionRow;

use super::FunctionHost;
use super::failure::{from_connect, from_store, internal, invalid};
use super::provider::connection_ref;

/// Read on every run that asks: settings, not a database.
const MAX_METADATA_BYTES: usize = 1024 * 1024;

/// As the public API has it, so that functions of the field read the same names; less what is for backends alone.
#[derive(Serialize)]
struct Shown<'a> {
    id: i64,
    connection_id: &'a str,
    provider_config_key: &'a str,
    provider: &'a str,
    errors: Vec<Value>,
    end_user: Option<&'a EndUser>,
    tags: &'a Tags,
    /// Text as it is stored, so that no number loses a digit.
    metadata: Option<&'a RawValue>,
    connection_config: &'a RawValue,
    created_at: String,
    updated_at: String,
    last_fetched_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credentials: Option<Value>,
}

impl FunctionHost {
    /// Nothing is cut out of this: a function that was granted the credentials is to use them. Its log is still kept clean of them.
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
        let credentials = self.may_see_credentials().then(|| {
            // What it may see from here on must not be read in its log.
            self.redactor.learn(&credentials);
            credentials.to_wire_exposed()
        });
        let shown = Shown {
            id: row.id.0,
            connection_id: row.name.as_str(),
            provider_config_key: row.integration_key.as_str(),
            provider: &row.provider,
            errors: row.auth_error.iter().map(|error| json!({ "type": "auth", "log_id": error.log_id(row.id) })).collect(),
            end_user: row.end_user.as_ref(),
            tags: &row.tags,
            metadata: row.metadata.as_deref().map(raw).transpose()?,
            connection_config: raw(&row.connection_config)?,
            created_at: row.created_at.to_millis_offset(),
            updated_at: row.updated_at.to_millis_offset(),
            last_fetched_at: row.last_fetched_at.map(Timestamp::to_millis_offset),
            credentials,
        };
        Ok(serde_json::to_string(&shown).expect("plain data has a JSON form"))
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
        let (lease, id, now) = (self.setup.work.lease(), self.setup.work.connection.id, self.setup.runner.now());
        let connections = self.setup.runner.store().connections();
        // By its row: a connection that waits for approval is not found by its name, and another may have that.
        let written = connections.set_metadata_of_run(lease, id, &metadata, now).await.map_err(|error| from_store(&error))?;
        written.then_some(()).ok_or_else(|| failure("unknown_connection", "the connection was deleted"))
    }

    pub(super) async fn metadata_update(&self, metadata: String) -> Result<(), Failure> {
        check_metadata(&metadata)?;
        let (lease, id, now) = (self.setup.work.lease(), self.setup.work.connection.id, self.setup.runner.now());
        let connections = self.setup.runner.store().connections();
        // By its row: a connection that waits for approval is not found by its name, and another may have that.
        let written = connections.merge_metadata_of_run(lease, id, &metadata, now).await.map_err(|error| from_store(&error))?;
        written.then_some(()).ok_or_else(|| failure("unknown_connection", "the connection was deleted"))
    }

    pub(super) async fn integration_get(&self) -> Result<String, Failure> {
        let own = &self.setup.work.connection;
        let (store, connect) = (self.setup.runner.store(), self.setup.runner.connect());
        let row = store.integrations().lookup_by_id(own.integration).await.map_err(|error| from_store(&error))?;
        let row = row.ok_or_else(|| failure("unknown_integration", "the integration was deleted"))?;
        let environment = store.environments().lookup(own.environment).await.map_err(|error| from_store(&error))?;
        let entry = connect.entry(&row.provider).ok();
        let name = row.display_name.as_deref().or_else(|| entry.as_ref().map(|entry| entry.display_name.as_str()));
        let mut object = json!({
            "unique_key": row.key.as_str(),
            "provider": row.provider,
            "display_name": name.unwrap_or(&row.provider),
            "webhook_url": environment.map(|environment| String::from(connect.webhook_url(environment.uuid, &row.key))),
            "custom": row.custom.as_deref().and_then(|custom| serde_json::from_str::<Value>(custom).ok()).unwrap_or_else(|| json!({})),
            "created_at": row.created_at,
            "updated_at": row.updated_at,
        });
        if self.may_see_credentials() {
            let client = syncline_connect::exposed_client(entry.as_deref(), &row);
            self.redactor.learn_texts(["client_secret", "private_key", "webhook_secret"].iter().filter_map(|name| client[name].as_str()));
            object["credentials"] = client;
        }
        Ok(object.to_string())
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

fn raw(json: &str) -> Result<&RawValue, Failure> {
    serde_json::from_str(json).map_err(|error| internal(&error))
}
