//! A new connection with all that starts with it.

use syncline_domain::{
    ConnectSessionId, ConnectionName, ConnectionRowId, Credentials, EndUser, EnvironmentId, FunctionId, IntegrationId, Tags, Timestamp,
};

use super::replace::{Replacement, find, find_target, lock_integration, replace};
use super::start::{Start, start};
use super::{ConnectionRow, Connections, connection, seal, select};
use crate::crypto::Cipher;
use crate::database::{Transaction, values};
use crate::jobs::payload;
use crate::{Constraint, Error, NewSync, connect_sessions};

/// A connection to make, or to connect again.
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
    /// The session that it comes of, which is used up with it.
    pub session: Option<ConnectSessionId>,
    /// The connection to connect again, whatever its name.
    pub target: Option<ConnectionRowId>,
    /// When its credentials are to be renewed.
    pub refresh_at: Option<Timestamp>,
    /// Whether it waits for approval, out of sight: see [`Connections::promote`]. Nothing starts with it before that, and its name need not be
    /// free.
    pub pending: bool,
    /// Whether the customer's servers are told.
    pub notify: bool,
    /// The present.
    pub now: Timestamp,
}

/// What became of a [`NewConnection`].
#[derive(Clone, Debug)]
pub struct InsertedConnection {
    /// Without its credentials.
    pub row: ConnectionRow,
    /// Whether it was made; else an existing one was overridden.
    pub is_new: bool,
}

impl Connections<'_> {
    /// Makes a connection, its syncs and their first jobs, and the jobs of its events, in one transaction. If there is one of this name
    /// already, or one is to be connected again, its credentials and configuration are replaced instead.
    ///
    /// [`Constraint::ConnectSession`] when the session is used up, [`Constraint::Connection`] when the one to connect again is gone,
    /// [`Constraint::Reference`] when the integration is.
    pub async fn insert(&self, new: NewConnection) -> Result<InsertedConnection, Error> {
        let cipher = self.0.cipher().clone();
        let inserted = self.0.database().write(move |transaction| Box::pin(async move { insert(transaction, &cipher, new).await })).await?;
        self.0.wake();
        Ok(inserted)
    }
}

async fn insert(transaction: &mut Transaction, cipher: &Cipher, new: NewConnection) -> Result<InsertedConnection, Error> {
    if let Some(session) = new.session {
        connect_sessions::mark_used_in(transaction, session, new.now).await?;
    }
    lock_integration(transaction, new.integration).await?;
    let existing = match new.target {
        _ if new.pending => None,
        Some(target) => Some(find_target(transaction, new.integration, target).await?),
        None => find(transaction, new.integration, &new.connection).await?,
    };
    let inserted = if existing.is_none() { insert_row(transaction, cipher, &new).await? } else { None };
    let id = if let Some(id) = inserted {
        id
    } else {
        // There already, or made by another node between the two statements.
        let existing = if existing.is_some() { existing } else { find(transaction, new.integration, &new.connection).await? };
        let id = existing.ok_or(Error::Conflict { constraint: Constraint::Connection })?;
        replace(transaction, cipher, id, new.replacement()).await?;
        id
    };
    let is_new = inserted.is_some();
    if !new.pending {
        let NewConnection { environment, syncs, events, notify, now, .. } = new;
        start(transaction, id, Start { environment, syncs, events, notify, is_new, now }).await?;
    }
    let row = transaction.row(select!("c.id = $1"), values![id]).await?.expect("written above");
    Ok(InsertedConnection { row: connection(&row)?, is_new })
}

impl NewConnection {
    fn replacement(&self) -> Replacement<'_> {
        Replacement {
            credentials: &self.credentials,
            connection_config: &self.connection_config,
            metadata: self.metadata.as_deref(),
            tags: &self.tags,
            end_user: self.end_user.as_ref(),
            webhook_url_override: self.webhook_url_override.as_deref(),
            refresh_at: self.refresh_at,
            now: self.now,
        }
    }
}

/// `None` when the name is taken.
async fn insert_row(transaction: &mut Transaction, cipher: &Cipher, new: &NewConnection) -> Result<Option<ConnectionRowId>, Error> {
    let sql = "INSERT INTO connections (environment, integration, name, auth_mode, connection_config, metadata, tags, end_user,
                   webhook_url_override, created_at, updated_at, expires_at, refresh_at, pending)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, $12, $13)
               ON CONFLICT (integration, name) WHERE deleted_at IS NULL AND NOT pending DO NOTHING RETURNING id";
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
        new.now,
        new.credentials.expires_at(),
        new.refresh_at,
        new.pending
    ];
    let Some(row) = transaction.row(sql, values).await? else { return Ok(None) };
    let id = ConnectionRowId(row.get("id")?);
    let sealed = seal(cipher, id, &new.credentials);
    transaction.execute("UPDATE connections SET credentials = $2 WHERE id = $1", values![id, sealed]).await?;
    Ok(Some(id))
}
