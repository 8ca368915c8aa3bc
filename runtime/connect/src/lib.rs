//! How a connection comes to be and how its credentials are handed out.
//!
//! ```text
//! import ──▶ entry's auth mode ──▶ connection config ──▶ verification request ──▶ store (connection, syncs and their first jobs)
//! source(connection) ──▶ ConnectionSource ──▶ outbound asks it for the target of each request
//! ```
//!
//! *Invariant:* credentials leave this crate only towards `outbound`, and towards callers that the API has authorized to read them. No
//! transaction is open while a provider answers.

mod error;
mod grant;
mod import;
mod integration;
mod modes;
mod setting;
mod source;
#[cfg(test)]
mod stand_in;
mod token;

use std::fmt;
use std::sync::Arc;

use syncline_domain::{Clock, ConnectionRef, Credentials, EnvironmentId};
use syncline_outbound::Proxy;
use syncline_providers::{Catalogue, Entry};
use syncline_store::{ConnectionRow, IntegrationRow, Store};

pub use error::ConnectError;
pub(crate) use grant::{Grant, ModeError};
pub use import::ImportConnection;
pub use integration::CreateIntegration;
pub use modes::CallbackParams;
pub use source::ConnectionSource;

/// What the service is made of.
pub struct Options {
    /// Where integrations and connections are kept.
    pub store: Store,
    /// What is known of each provider.
    pub catalogue: Arc<Catalogue>,
    /// Sends verification requests.
    pub proxy: Proxy,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Sixteen random bytes for each connection id that the caller leaves to us.
    pub randomness: fn() -> [u8; 16],
}

/// Creates connections and hands out their credentials. Cheap to clone.
#[derive(Clone)]
pub struct Connect(Arc<Options>);

impl Connect {
    /// Over an open store.
    pub fn new(options: Options) -> Self {
        Self(Arc::new(options))
    }

    /// A connection with its integration and usable credentials.
    pub async fn credentials(
        &self,
        environment: EnvironmentId,
        of: &ConnectionRef,
    ) -> Result<(ConnectionRow, IntegrationRow, Credentials), ConnectError> {
        let integration = self.integration(environment, of).await?;
        let mut row = self.opened(environment, of).await?;
        let credentials = row.credentials.take().ok_or(ConnectError::UnknownConnection)?;
        Ok((row, integration, credentials))
    }

    /// What signs requests for a connection.
    pub async fn source(&self, environment: EnvironmentId, of: &ConnectionRef) -> Result<ConnectionSource, ConnectError> {
        let mut row = self.opened(environment, of).await?;
        let credentials = row.credentials.take().ok_or(ConnectError::UnknownConnection)?;
        ConnectionSource::new(self.0.store.clone(), self.entry(&row.provider)?, &row, credentials)
    }

    /// The same for a row that the caller has read already.
    pub async fn source_for(&self, row: &ConnectionRow) -> Result<ConnectionSource, ConnectError> {
        let found = self.0.store.connections().lookup_with_credentials(row.id).await?;
        let credentials = found.and_then(|row| row.credentials).ok_or(ConnectError::UnknownConnection)?;
        ConnectionSource::new(self.0.store.clone(), self.entry(&row.provider)?, row, credentials)
    }

    async fn opened(&self, environment: EnvironmentId, of: &ConnectionRef) -> Result<ConnectionRow, ConnectError> {
        self.0.store.connections().lookup_by_name_with_credentials(environment, of).await?.ok_or(ConnectError::UnknownConnection)
    }

    async fn integration(&self, environment: EnvironmentId, of: &ConnectionRef) -> Result<IntegrationRow, ConnectError> {
        let found = self.0.store.integrations().lookup(environment, &of.integration).await?;
        found.ok_or_else(|| ConnectError::UnknownIntegration { key: of.integration.to_string() })
    }

    /// What the catalogue says about a provider.
    pub fn entry(&self, provider: &str) -> Result<Arc<Entry>, ConnectError> {
        self.0.catalogue.get(provider).cloned().ok_or_else(|| ConnectError::UnknownProvider { provider: provider.to_owned() })
    }
}

impl fmt::Debug for Connect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connect").finish_non_exhaustive()
    }
}
