//! What signs the requests of one connection.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Map, Value};
use syncline_domain::{ConnectionRowId, Credentials};
use syncline_outbound::{CredentialError, CredentialSource, ProviderTarget, Refresh};
use syncline_providers::Entry;
use syncline_store::{ConnectionRow, Store};

use crate::ConnectError;

/// A connection's credentials and settings, read once for many requests.
pub struct ConnectionSource {
    entry: Arc<Entry>,
    connection_config: Arc<Map<String, Value>>,
    credentials: Arc<Credentials>,
    /// Where newer credentials would be; none while the connection is being created.
    stored: Option<(Store, ConnectionRowId)>,
}

impl ConnectionSource {
    pub(crate) fn new(store: Store, entry: Arc<Entry>, row: &ConnectionRow, credentials: Credentials) -> Result<Self, ConnectError> {
        let connection_config = serde_json::from_str(&row.connection_config).map_err(|_| ConnectError::ConnectionConfig {
            field: String::new(),
            problem: "is not a JSON object; patch the connection".to_owned(),
        })?;
        Ok(Self {
            entry,
            connection_config: Arc::new(connection_config),
            credentials: Arc::new(credentials),
            stored: Some((store, row.id)),
        })
    }

    /// For the verification of a connection that does not exist yet.
    pub(crate) fn unsaved(entry: Arc<Entry>, connection_config: Map<String, Value>, credentials: Credentials) -> Self {
        Self { entry, connection_config: Arc::new(connection_config), credentials: Arc::new(credentials), stored: None }
    }

    /// The provider's entry.
    pub fn entry(&self) -> &Arc<Entry> {
        &self.entry
    }

    /// The credentials as they were when the source was made.
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    pub(crate) fn signed_by(&self, credentials: Arc<Credentials>) -> ProviderTarget {
        ProviderTarget { entry: Arc::clone(&self.entry), connection_config: Arc::clone(&self.connection_config), credentials, client: None }
    }
}

#[async_trait]
impl CredentialSource for ConnectionSource {
    /// A forced refresh reads the store again: the credentials may have been replaced since this source was made.
    async fn target(&self, refresh: Refresh) -> Result<ProviderTarget, CredentialError> {
        let credentials = match (refresh, &self.stored) {
            (Refresh::Force, Some((store, row))) => {
                let found = store.connections().lookup_with_credentials(*row).await.map_err(|error| unavailable(&error))?;
                Arc::new(found.and_then(|row| row.credentials).ok_or_else(gone)?)
            }
            _ => Arc::clone(&self.credentials),
        };
        Ok(self.signed_by(credentials))
    }
}

fn unavailable(error: &syncline_store::Error) -> CredentialError {
    tracing::error!(error = error as &dyn std::error::Error, "credentials could not be read");
    CredentialError {
        code: "server_error",
        status: 500,
        message: "the credentials could not be read; the operator's log says why".to_owned(),
    }
}

fn gone() -> CredentialError {
    CredentialError { code: "unknown_connection", status: 404, message: "the connection was deleted".to_owned() }
}

impl fmt::Debug for ConnectionSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionSource").field("provider", &self.entry.key).finish_non_exhaustive()
    }
}
