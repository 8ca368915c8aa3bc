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
    // Differ because in PostgreSQL the integration could be deleted, or the connection changed, at the same moment.
    const INTEGRATION: Sql = Sql::differs(
        "SELECT id FROM integrations WHERE id = $1 AND deleted_at IS NULL",
        "SELECT id FROM integrations WHERE id = $1 AND deleted_at IS NULL FOR SHARE",
    );
    const FIND: Sql = Sql::differs(
        "SELECT id FROM connections WHERE integration = $1 AND name = $2 AND deleted_at IS NULL",
        "SELECT id FROM connections WHERE integration = $1 AND name = $2 AND deleted_at IS NULL FOR NO KEY UPDATE",
    );
    if transaction.row(INTEGRATION, values![new.integration]).await?.is_none() {
        return Err(Error::Conflict { constraint: Constraint::Reference });
    }
    let name = values![new.integration, new.connection.as_str()];
    let existing = transaction.row(FIND, name.clone()).await?;
    let inserted = if existing.is_none() { insert_row(transaction, &new).await? } else { None };
    let id = if let Some(id) = inserted {
        id
    } else {
        // There already, or made by another node between the two statements.
        let existing = if existing.is_some() { existing } else { transaction.row(FIND, name).await? };
        let id = ConnectionRowId(existing.ok_or(Error::Conflict { constraint: Constraint::Connection })?.get("id")?);
        replace_row(transaction, id, &new).await?;
        id
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
    if inserted.is_some() {
        for event in new.events {
            jobs::insert_in(transaction, payload::run_event(new.environment, id, event, new.now)).await?;
        }
    }
    let row = transaction.row(select!("c.id = $1"), values![id]).await?.expect("written above");
    connection(&row)
}

async fn insert_row(transaction: &mut Transaction, new: &NewConnection) -> Result<Option<ConnectionRowId>, Error> {
    let sql = "INSERT INTO connections (environment, integration, name, auth_mode, connection_config, metadata, tags, end_user,
                   webhook_url_override, created_at, updated_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
               ON CONFLICT (integration, name) WHERE deleted_at IS NULL DO NOTHING RETURNING id";
    let values = values![
        new.environment,
        new.integration,
        new.connection.as_str(),
        new.credentials.auth_mode().as_str(),
        new.connection_config.as_str(),
        new.metadata.as_deref(),
        payload::json(&new.tags),
        new.end_user.as_ref().map(payload::json),
        new.webhook_url_override.as_deref(),
        new.now
    ];
    transaction.row(sql, values).await?.map(|row| Ok(ConnectionRowId(row.get("id")?))).transpose()
}

async fn replace_row(transaction: &mut Transaction, id: ConnectionRowId, new: &NewConnection) -> Result<(), Error> {
    let sql = "UPDATE connections SET auth_mode = $2, connection_config = $3, metadata = COALESCE($4, metadata), tags = COALESCE($5, tags),
                   end_user = COALESCE($6, end_user), webhook_url_override = COALESCE($7, webhook_url_override), updated_at = $8
               WHERE id = $1";
    let values = values![
        id,
        new.credentials.auth_mode().as_str(),
        new.connection_config.as_str(),
        new.metadata.as_deref(),
        (!new.tags.is_empty()).then(|| payload::json(&new.tags)),
        new.end_user.as_ref().map(payload::json),
        new.webhook_url_override.as_deref(),
        new.now
    ];
    transaction.execute(sql, values).await.map(drop)
}
