//! Connections.

mod browse;
mod delete;
mod insert;
mod list;
mod metadata;
mod named;
mod pending;
mod refresh;
mod replace;
mod start;
mod update;

use syncline_domain::{
    AuthError, AuthMode, ConnectionName, ConnectionRef, ConnectionRowId, Credentials, EndUser, EnvironmentId, IntegrationId,
    IntegrationKey, Tags, Timestamp,
};

pub use browse::{BrowseConnections, ConnectionCursor, ConnectionPage};
pub(crate) use delete::delete_in;
pub use insert::{InsertedConnection, NewConnection};
pub use list::ConnectionFilter;
pub use pending::Promote;
pub(crate) use pending::discard_stale_in;
pub use refresh::{EndRefresh, RefreshClaim, RefreshResult};
pub use update::ConnectionPatch;

use crate::crypto::{Cipher, Place};
use crate::database::{Row, values};
use crate::{Error, Store};

/// The connections. Deleted ones are not found; pending ones by their row only.
pub struct Connections<'s>(pub(crate) &'s Store);

/// A connection.
#[derive(Clone, Debug)]
pub struct ConnectionRow {
    /// Its row.
    pub id: ConnectionRowId,
    /// Where.
    pub environment: EnvironmentId,
    /// Of what.
    pub integration: IntegrationId,
    /// Its integration's key.
    pub integration_key: IntegrationKey,
    /// Name of the provider's entry.
    pub provider: String,
    /// Its public id.
    pub name: ConnectionName,
    /// Of its credentials.
    pub auth_mode: AuthMode,
    /// Present when it was asked for: [`Connections::lookup_with_credentials`].
    pub credentials: Option<Credentials>,
    /// Goes up with every change of the credentials.
    pub credentials_version: i64,
    /// When they end, where that is known.
    pub expires_at: Option<Timestamp>,
    /// Why they could not be renewed, until they are.
    pub auth_error: Option<AuthError>,
    /// When to renew what signs requests, or to try again; `None` for never.
    pub refresh_at: Option<Timestamp>,
    /// A JSON object.
    pub connection_config: String,
    /// A JSON object.
    pub metadata: Option<String>,
    /// Labels.
    pub tags: Tags,
    /// Whose it is.
    pub end_user: Option<EndUser>,
    /// Where its webhooks go instead of the environment's URL.
    pub webhook_url_override: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed.
    pub updated_at: Timestamp,
    /// When its credentials were read over the API.
    pub last_fetched_at: Option<Timestamp>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT c.*, i.key AS integration_key, i.provider FROM connections c JOIN integrations i ON i.id = c.integration
             WHERE c.deleted_at IS NULL AND ",
            $rest
        )
    };
}
use select;

const BY_NAME: &str = select!("i.environment = $1 AND i.key = $2 AND i.deleted_at IS NULL AND c.name = $3 AND NOT c.pending");

impl Connections<'_> {
    /// Finds one, without its credentials.
    pub async fn lookup(&self, environment: EnvironmentId, of: &ConnectionRef) -> Result<Option<ConnectionRow>, Error> {
        let values = values![environment, of.integration.as_str(), of.connection.as_str()];
        self.0.database().row(BY_NAME, values).await?.as_ref().map(connection).transpose()
    }

    /// Finds one's row: all that reading its records takes.
    pub async fn lookup_row_id(&self, environment: EnvironmentId, of: &ConnectionRef) -> Result<Option<ConnectionRowId>, Error> {
        let sql = "SELECT c.id FROM connections c JOIN integrations i ON i.id = c.integration
                   WHERE i.environment = $1 AND i.key = $2 AND i.deleted_at IS NULL AND c.name = $3 AND c.deleted_at IS NULL AND NOT c.pending";
        let row = self.0.database().row(sql, values![environment, of.integration.as_str(), of.connection.as_str()]).await?;
        row.map(|row| row.get("id").map(ConnectionRowId)).transpose()
    }

    /// Finds one by its row, without its credentials.
    pub async fn lookup_by_row_id(&self, id: ConnectionRowId) -> Result<Option<ConnectionRow>, Error> {
        self.0.database().row(select!("c.id = $1"), values![id]).await?.as_ref().map(connection).transpose()
    }

    /// Finds one by its row and decrypts its credentials.
    pub async fn lookup_with_credentials(&self, id: ConnectionRowId) -> Result<Option<ConnectionRow>, Error> {
        let row = self.0.database().row(select!("c.id = $1"), values![id]).await?;
        row.map(|row| self.with_credentials(&row)).transpose()
    }

    /// Finds one by its name and decrypts its credentials.
    pub async fn lookup_by_name_with_credentials(
        &self,
        environment: EnvironmentId,
        of: &ConnectionRef,
    ) -> Result<Option<ConnectionRow>, Error> {
        let row = self.0.database().row(BY_NAME, values![environment, of.integration.as_str(), of.connection.as_str()]).await?;
        row.map(|row| self.with_credentials(&row)).transpose()
    }

    fn with_credentials(&self, row: &Row) -> Result<ConnectionRow, Error> {
        let found = connection(row)?;
        let credentials = credentials(row, found.id, self.0.cipher())?;
        Ok(ConnectionRow { credentials: Some(credentials), ..found })
    }

    /// Notes that the credentials were read.
    pub async fn touch_fetched(&self, id: ConnectionRowId, now: Timestamp) -> Result<(), Error> {
        let sql = "UPDATE connections SET last_fetched_at = $2 WHERE id = $1";
        self.0.database().execute(sql, values![id, now]).await.map(drop)
    }
}

fn credentials(row: &Row, id: ConnectionRowId, cipher: &Cipher) -> Result<Credentials, Error> {
    let sealed: Option<Vec<u8>> = row.get("credentials")?;
    let wrong = || Error::inconsistency("connections", "credentials", id);
    let text = zeroize::Zeroizing::new(cipher.open_text(place(&id), sealed.ok_or_else(wrong)?)?);
    Credentials::from_stored(&text).map_err(|_| wrong())
}

fn seal(cipher: &Cipher, id: ConnectionRowId, credentials: &Credentials) -> Vec<u8> {
    let text = zeroize::Zeroizing::new(credentials.to_wire_exposed().to_string());
    cipher.seal(place(&id), text.as_bytes())
}

fn place(id: &ConnectionRowId) -> Place<'_> {
    Place { table: "connections", column: "credentials", row: id }
}

fn connection(row: &Row) -> Result<ConnectionRow, Error> {
    Ok(ConnectionRow {
        id: ConnectionRowId(row.get("id")?),
        environment: EnvironmentId(row.get("environment")?),
        integration: IntegrationId(row.get("integration")?),
        integration_key: row.parse("connections", "integration_key", |text| IntegrationKey::new(text).ok())?,
        provider: row.get("provider")?,
        name: row.parse("connections", "name", |text| ConnectionName::new(text).ok())?,
        auth_mode: row.parse("connections", "auth_mode", AuthMode::parse)?,
        credentials: None,
        credentials_version: row.get("credentials_version")?,
        expires_at: row.optional_time("expires_at")?,
        refresh_at: row.optional_time("refresh_at")?,
        auth_error: row.parse_optional("connections", "auth_error", |text| serde_json::from_str(text).ok())?,
        connection_config: row.get("connection_config")?,
        metadata: row.get("metadata")?,
        tags: row.parse("connections", "tags", |text| serde_json::from_str(text).ok())?,
        end_user: row.parse_optional("connections", "end_user", |text| serde_json::from_str(text).ok())?,
        webhook_url_override: row.get("webhook_url_override")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
        last_fetched_at: row.optional_time("last_fetched_at")?,
    })
}
