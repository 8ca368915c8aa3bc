//! What signs the requests of one connection.

use std::fmt;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use serde_json::{Map, Value};
use syncline_domain::{ConnectionRowId, Credentials, Timestamp};
use syncline_outbound::{ClientKeys, CredentialError, CredentialSource, ProviderTarget, Refresh};
use syncline_providers::Entry;
use syncline_store::ConnectionRow;

use crate::{Connect, ConnectError, Freshness};

/// A connection's credentials and settings, read once for many requests and renewed between them.
pub struct ConnectionSource {
    entry: Arc<Entry>,
    connection_config: Arc<Map<String, Value>>,
    /// The integration's settings, for entries whose requests need them.
    client: Option<Arc<ClientKeys>>,
    held: Mutex<Held>,
    /// Where newer credentials are; nowhere while the connection is being created.
    stored: Option<(Connect, ConnectionRowId)>,
}

#[derive(Clone)]
struct Held {
    credentials: Arc<Credentials>,
    version: i64,
    /// When to look whether there are newer ones.
    good_until: Option<Timestamp>,
}

impl ConnectionSource {
    /// `row` has its credentials.
    pub(crate) fn new(connect: Connect, entry: Arc<Entry>, client: Option<ClientKeys>, row: ConnectionRow) -> Result<Self, ConnectError> {
        let connection_config = serde_json::from_str(&row.connection_config).map_err(|_| ConnectError::ConnectionConfig {
            field: String::new(),
            problem: "is not a JSON object; patch the connection".to_owned(),
        })?;
        let id = row.id;
        let held = Mutex::new(held(row)?);
        Ok(Self { entry, connection_config: Arc::new(connection_config), client: client.map(Arc::new), held, stored: Some((connect, id)) })
    }

    /// For the verification of a connection that does not exist yet.
    pub(crate) fn unsaved(
        entry: Arc<Entry>,
        connection_config: Map<String, Value>,
        client: Option<ClientKeys>,
        credentials: Credentials,
    ) -> Self {
        let held = Held { credentials: Arc::new(credentials), version: 0, good_until: None };
        Self { entry, connection_config: Arc::new(connection_config), client: client.map(Arc::new), held: Mutex::new(held), stored: None }
    }

    /// The provider's entry.
    pub fn entry(&self) -> &Arc<Entry> {
        &self.entry
    }

    /// The credentials as they were last used.
    pub fn credentials(&self) -> Arc<Credentials> {
        Arc::clone(&self.held().credentials)
    }

    fn held(&self) -> Held {
        self.held.lock().expect("nothing panics while it is held").clone()
    }

    /// Of the store, if what is held may not do.
    async fn renewed(&self, connect: &Connect, row: ConnectionRowId, freshness: Freshness) -> Result<Held, CredentialError> {
        let failed = |error: ConnectError| CredentialError { code: error.code(), status: error.status(), message: error.to_string() };
        let found = connect.store().connections().lookup_with_credentials(row).await.map_err(|error| failed(error.into()))?;
        let row = found.ok_or(ConnectError::UnknownConnection).map_err(failed)?;
        let fresh = held(connect.usable(row, freshness).await.map_err(failed)?).map_err(failed)?;
        *self.held.lock().expect("nothing panics while it is held") = fresh.clone();
        Ok(fresh)
    }
}

fn held(row: ConnectionRow) -> Result<Held, ConnectError> {
    let credentials = Arc::new(row.credentials.ok_or(ConnectError::UnknownConnection)?);
    Ok(Held { credentials, version: row.credentials_version, good_until: row.refresh_at.or(row.expires_at) })
}

#[async_trait]
impl CredentialSource for ConnectionSource {
    async fn target(&self, refresh: Refresh) -> Result<ProviderTarget, CredentialError> {
        let mut held = self.held();
        if let Some((connect, row)) = &self.stored {
            let freshness = match refresh {
                Refresh::Force => Some(Freshness::NewerThan(held.version)),
                Refresh::IfNeeded => held.good_until.filter(|at| *at <= connect.now()).map(|_| Freshness::Usable),
            };
            if let Some(freshness) = freshness {
                held = self.renewed(connect, *row, freshness).await?;
            }
        }
        Ok(ProviderTarget {
            entry: Arc::clone(&self.entry),
            connection_config: Arc::clone(&self.connection_config),
            client: self.client.clone(),
            credentials: held.credentials,
        })
    }
}

impl fmt::Debug for ConnectionSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionSource").field("provider", &self.entry.key).finish_non_exhaustive()
    }
}
