//! A new connection with all that starts with it.

use syncline_domain::{ConnectionName, ConnectionRowId, Credentials, EndUser, EnvironmentId, FunctionId, IntegrationId, Tags, Timestamp};
use syncline_domain::{SyncState, Trigger};

use super::{ConnectionRow, Connections, connection, seal, select};
use crate::crypto::Cipher;
use crate::database::{Sql, Transaction, values};
use crate::jobs::{self, payload};
use crate::{Constraint, Error, NewSync, syncs};

/// A connection to make, or to import again.
#[derive(Clone, Debug)]
pub struct NewConnection {
    /// Where.
    pub environment: EnvironmentId,
    /// Of what.
    pub integration: IntegrationId,
    /// Its public id.
    pub connection: ConnectionName,
    /// What requests are signed with. Encrypted.
    pub credentials: Credentials,
    /// A JSON object.
    pub connection_config: String,
    /// A JSON object; an existing connection keeps its own when there is none here.
    pub metadata: Option<String>,
    /// Labels; an existing connection keeps its own when there are none here.
    pub tags: Tags,
    /// Whose it is; an existing connection keeps its own when there is none here.
    pub end_user: Option<EndUser>,
    /// Where its webhooks go.
    pub webhook_url_override: Option<String>,
    /// Syncs that start with it.
    pub syncs: Vec<NewSync>,
    /// Event functions that run when it is new.
    pub events: Vec<FunctionId>,
    /// The present.
    pub now: Timestamp,
}

impl Connections<'_> {
    /// Makes a connection, its syncs and their first jobs, and the jobs of its events, in one transaction. If there is one of this name
    /// already, its credentials and configuration are replaced instead.
    pub async fn insert(&self, new: NewConnection) -> Result<ConnectionRow, Error> {
        let cipher = self.0.cipher().clone();
        let row = self.0.database().write(move |transaction| Box::pin(async move { insert(transaction, &cipher, new).await })).await?;
        self.0.wake();
        Ok(row)
    }
}

async fn insert(transaction: &mut Transaction, cipher: &Cipher, new: NewConnection) -> Result<ConnectionRow, Error> {
    // Differs because in PostgreSQL the integration could be deleted, or the connection made, at the same moment.
    const INTEGRATION: Sql = Sql::differs(
        "SELECT id FROM integrations WHERE id = $1 AND deleted_at IS NULL",
        "SELECT id FROM integrations WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE",
    );
    if transaction.row(INTEGRATION, values![new.integration]).await?.is_none() {
        return Err(Error::Conflict { constraint: Constraint::Reference });
    }
    let find = "SELECT id FROM connections WHERE integration = $1 AND name = $2 AND deleted_at IS NULL";
    let existing = transaction.row(find, values![new.integration, new.connection.as_str()]).await?;
    let auth_mode = new.credentials.auth_mode().as_str();
    let end_user = new.end_user.as_ref().map(payload::json);
    let id = if let Some(row) = &existing {
        let id = ConnectionRowId(row.get("id")?);
        let tags = (!new.tags.is_empty()).then(|| payload::json(&new.tags));
        let sql = "UPDATE connections SET auth_mode = $2, connection_config = $3, metadata = COALESCE($4, metadata),
                       tags = COALESCE($5, tags), end_user = COALESCE($6, end_user),
                       webhook_url_override = COALESCE($7, webhook_url_override), updated_at = $8
                   WHERE id = $1";
        let values = values![id, auth_mode, new.connection_config, new.metadata, tags, end_user, new.webhook_url_override, new.now];
        transaction.execute(sql, values).await?;
        id
    } else {
        let sql = "INSERT INTO connections (environment, integration, name, auth_mode, connection_config, metadata, tags, end_user,
                       webhook_url_override, created_at, updated_at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) RETURNING id";
        let values = values![
            new.environment,
            new.integration,
            new.connection.as_str(),
            auth_mode,
            new.connection_config,
            new.metadata,
            payload::json(&new.tags),
            end_user,
            new.webhook_url_override,
            new.now
        ];
        ConnectionRowId(transaction.row(sql, values).await?.expect("an insert returns its row").get("id")?)
    };
    let sealed = seal(cipher, id, &new.credentials);
    transaction.execute("UPDATE connections SET credentials = $2 WHERE id = $1", values![id, sealed]).await?;
    for sync in new.syncs {
        let started = sync.state == SyncState::Started;
        let inserted = syncs::insert_in(transaction, id, sync, new.now).await?;
        if let Some(sync) = inserted.filter(|_| started) {
            let first = payload::RunSync { trigger: Trigger::Connection, empty_cache: false };
            jobs::insert_in(transaction, payload::run_sync(new.environment, id, sync, first, new.now)).await?;
        }
    }
    if existing.is_none() {
        for event in new.events {
            jobs::insert_in(transaction, payload::run_event(new.environment, id, event, new.now)).await?;
        }
    }
    let row = transaction.row(select!("c.id = $1"), values![id]).await?.expect("written above");
    connection(&row)
}
