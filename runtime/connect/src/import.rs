//! A connection whose credentials the caller already has.

use serde_json::{Map, Value};
use syncline_domain::{AuthMode, ConnectionName, ConnectionRef, Credentials, EndUser, EnvironmentId, IntegrationKey, Tags};
use syncline_providers::{Auth, Entry};
use syncline_store::ConnectionRow;

use crate::create::Candidate;
use crate::{Connect, ConnectError, connection_config};

/// A connection to create or, where it exists, to override.
#[derive(Debug)]
pub struct ImportConnection {
    /// Of which integration.
    pub integration: IntegrationKey,
    /// A new UUID when absent.
    pub connection: Option<ConnectionName>,
    /// Of the provider's auth mode.
    pub credentials: Credentials,
    /// What the provider's templates read: subdomains and the like.
    pub connection_config: Map<String, Value>,
    /// A JSON object for the functions.
    pub metadata: Option<String>,
    /// Labels.
    pub tags: Tags,
    /// The product's user.
    pub end_user: Option<EndUser>,
    /// Where this connection's webhooks go.
    pub webhook_url_override: Option<String>,
}

impl Connect {
    /// Checks the credentials with the provider where its entry says how, stores the connection and starts its syncs.
    pub async fn import(&self, environment: EnvironmentId, mut import: ImportConnection) -> Result<ConnectionRow, ConnectError> {
        let name = import.connection.take().unwrap_or_else(|| self.new_name());
        let of = ConnectionRef { integration: import.integration.clone(), connection: name.clone() };
        let integration = self.integration(environment, &of).await?;
        let entry = self.entry(&integration.provider)?;
        let (expected, given) = (mode(&entry), import.credentials.auth_mode());
        if expected != given {
            return Err(ConnectError::WrongAuthMode { provider: entry.key.clone(), expected, given });
        }
        if matches!(entry.auth, Auth::Tba) && !import.connection_config.contains_key("accountId") {
            // Nothing can be signed without it: wire contract 1.11.
            let problem = "needs `accountId`, the realm of every signature".to_owned();
            return Err(ConnectError::ConnectionConfig { field: "accountId".to_owned(), problem });
        }
        connection_config::complete(&entry, &mut import.connection_config)?;
        let candidate = Candidate {
            integration,
            entry,
            name,
            target: None,
            session: None,
            credentials: import.credentials,
            connection_config: import.connection_config,
            metadata: import.metadata,
            tags: import.tags,
            end_user: import.end_user,
            webhook_url_override: import.webhook_url_override,
        };
        Ok(self.create(candidate).await?.row)
    }
}

/// Of the credentials that the entry wants.
fn mode(entry: &Entry) -> AuthMode {
    AuthMode::parse(entry.auth.mode()).expect("both crates have the wire's names")
}
