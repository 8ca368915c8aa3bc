//! How a connection comes to be, stays alive and ends.
//!
//! ```text
//! session ──▶ attempt ──▶ mode: exchange, or begin ··browser·· complete ──▶ grant ──▶ verify ──▶ validate ──▶ store
//! import ────────────────────────────────────────────────────────────────▶ verify ──▶ validate ──▶ store
//! source(connection) ──▶ outbound asks it for each request ──▶ refresh: renewed before it ends, once, whoever asks
//! disconnect ──▶ the product's functions ──▶ store
//! ```
//!
//! *Invariant:* credentials leave this crate only towards `outbound`, and towards callers that the API has authorized to read them. No
//! transaction is open while a provider answers. A mode knows no database.

mod attempt;
mod client;
mod client_metadata;
mod connection_config;
mod create;
mod disconnect;
mod error;
mod flow;
mod grant;
mod import;
mod integration;
mod jws;
mod modes;
mod refresh;
mod session;
mod setting;
mod source;
#[cfg(test)]
mod stand_in;
mod supplied;
mod token;
mod token_request;
mod verify;

use std::fmt;
use std::sync::{Arc, OnceLock, Weak};

use syncline_domain::{Clock, ConnectionName, ConnectionRef, EnvironmentId, FunctionRunner, Timestamp};
use syncline_outbound::{HttpClient, Proxy};
use syncline_providers::{Catalogue, Entry};
use syncline_store::{ConnectionRow, IntegrationRow, Store};
use tokio_util::task::TaskTracker;
use url::Url;

pub use attempt::{Attempt, Connected};
pub use client::{ClientField, client_fields, exposed_client};
pub use error::ConnectError;
pub use flow::{BeginOptions, Begun, Completion, FLOW_LIFE};
pub(crate) use grant::{Grant, ModeError};
pub use import::ImportConnection;
pub use integration::CreateIntegration;
pub use modes::CallbackParams;
pub use refresh::Freshness;
pub use session::{CreatedSession, IntegrationDefaults, NewSession, SESSION_LIFE, Session, SessionSettings, is_session_token};
pub use source::ConnectionSource;
pub use verify::{TestOutcome, TestReport};

/// What the service is made of.
pub struct Options {
    /// Where integrations and connections are kept.
    pub store: Store,
    /// What is known of each provider.
    pub catalogue: Arc<Catalogue>,
    /// Sends verification requests.
    pub proxy: Proxy,
    /// Asks for tokens.
    pub http: HttpClient,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Sixteen random bytes, of a generator fit for keys.
    pub randomness: fn() -> [u8; 16],
    /// Where browsers and providers reach this server.
    pub public_url: Url,
    /// Names this process in the leases of refreshes.
    pub node: String,
    /// Refreshes run on it, so that a caller that hangs up loses no token.
    pub tasks: TaskTracker,
}

/// Creates connections, hands out their credentials and keeps them alive. Cheap to clone.
#[derive(Clone)]
pub struct Connect(Arc<Inner>);

struct Inner {
    options: Options,
    flights: refresh::Flights,
    /// Weak: the runner holds this service.
    runner: OnceLock<Weak<dyn FunctionRunner>>,
}

impl Connect {
    /// Over an open store.
    pub fn new(options: Options) -> Self {
        Self(Arc::new(Inner { options, flights: refresh::Flights::default(), runner: OnceLock::new() }))
    }

    /// Who runs the functions that validate connections and those that run before one is deleted. Said once, after both are made.
    pub fn set_runner(&self, runner: &Arc<dyn FunctionRunner>) {
        let _ = self.0.runner.set(Arc::downgrade(runner));
    }

    /// A connection with its integration and credentials as fresh as asked.
    pub async fn credentials(
        &self,
        environment: EnvironmentId,
        of: &ConnectionRef,
        freshness: Freshness,
    ) -> Result<(ConnectionRow, IntegrationRow), ConnectError> {
        let integration = self.integration(environment, of).await?;
        let row = self.usable(self.opened(environment, of).await?, freshness).await?;
        Ok((row, integration))
    }

    /// What signs requests for a connection.
    pub async fn source(&self, environment: EnvironmentId, of: &ConnectionRef) -> Result<ConnectionSource, ConnectError> {
        let row = self.opened(environment, of).await?;
        self.source_of(row).await
    }

    /// The same for a row that the caller has read already; its credentials are read if the caller has not.
    pub async fn source_for(&self, row: &ConnectionRow) -> Result<ConnectionSource, ConnectError> {
        let row = match &row.credentials {
            Some(_) => row.clone(),
            None => self.store().connections().lookup_with_credentials(row.id).await?.ok_or(ConnectError::UnknownConnection)?,
        };
        self.source_of(row).await
    }

    async fn source_of(&self, row: ConnectionRow) -> Result<ConnectionSource, ConnectError> {
        let entry = self.entry(&row.provider)?;
        let row = self.usable(row, Freshness::Usable).await?;
        // One more statement, only for the few entries whose requests carry something of the integration.
        let reads_integration = entry.requests_read_integration();
        let client = if reads_integration { Some(attempt::client_keys(&self.integration_of(&row).await?)) } else { None };
        ConnectionSource::new(self.clone(), entry, client, row)
    }

    async fn opened(&self, environment: EnvironmentId, of: &ConnectionRef) -> Result<ConnectionRow, ConnectError> {
        self.store().connections().lookup_by_name_with_credentials(environment, of).await?.ok_or(ConnectError::UnknownConnection)
    }

    async fn integration(&self, environment: EnvironmentId, of: &ConnectionRef) -> Result<IntegrationRow, ConnectError> {
        let found = self.store().integrations().lookup(environment, &of.integration).await?;
        found.ok_or_else(|| ConnectError::UnknownIntegration { key: of.integration.to_string() })
    }

    async fn integration_of(&self, row: &ConnectionRow) -> Result<IntegrationRow, ConnectError> {
        let found = self.store().integrations().lookup_by_id(row.integration).await?;
        found.ok_or_else(|| ConnectError::UnknownIntegration { key: row.integration_key.to_string() })
    }

    /// The entry of a provider.
    pub fn entry(&self, provider: &str) -> Result<Arc<Entry>, ConnectError> {
        self.options().catalogue.get(provider).cloned().ok_or_else(|| ConnectError::UnknownProvider { provider: provider.to_owned() })
    }

    fn options(&self) -> &Options {
        &self.0.options
    }

    fn store(&self) -> &Store {
        &self.options().store
    }

    fn now(&self) -> Timestamp {
        self.options().clock.now()
    }

    fn flights(&self) -> &refresh::Flights {
        &self.0.flights
    }

    fn runner(&self) -> Option<Arc<dyn FunctionRunner>> {
        self.0.runner.get()?.upgrade()
    }

    fn random(&self) -> [u8; 16] {
        (self.options().randomness)()
    }

    /// Below 1.
    fn fraction(&self) -> f64 {
        let bytes: [u8; 4] = self.random()[..4].try_into().expect("four of sixteen");
        f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0)
    }

    /// Where in its period a sync's second run is due; from then on, its id decides.
    fn random_phase(&self) -> u64 {
        u64::from_le_bytes(self.random()[..8].try_into().expect("eight of sixteen"))
    }

    fn new_name(&self) -> ConnectionName {
        let id = uuid::Builder::from_random_bytes(self.random()).into_uuid();
        ConnectionName::new(id.to_string()).expect("a UUID is a valid name")
    }
}

impl fmt::Debug for Connect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connect").finish_non_exhaustive()
    }
}
