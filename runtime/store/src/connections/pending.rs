//! Connections that wait for approval, out of sight.

use syncline_domain::{ConnectSessionId, ConnectionRowId, FunctionId, IntegrationId, Timestamp};

use super::replace::{Replacement, find, find_target, lock_integration, replace};
use super::start::{Start, start};
use super::{Connections, InsertedConnection, connection, credentials, delete_in, select};
use crate::crypto::Cipher;
use crate::database::{Sql, Transaction, values};
use crate::{Constraint, Error, NewSync, connect_sessions};

/// How a pending connection goes on; what it is was said when it was inserted.
#[derive(Clone, Debug)]
pub struct Promote {
    /// The connection that is connected again, whatever its name.
    pub target: Option<ConnectionRowId>,
    /// The session that it comes of, which is used up with it.
    pub session: Option<ConnectSessionId>,
    /// Syncs that start with it.
    pub syncs: Vec<NewSync>,
    /// Event functions that run when it is new.
    pub events: Vec<FunctionId>,
    /// Whether the customer's servers are told.
    pub notify: bool,
    /// When its credentials are to be renewed.
    pub refresh_at: Option<Timestamp>,
    /// The present.
    pub now: Timestamp,
}

impl Connections<'_> {
    /// Brings a pending connection into sight. Where there is one of its name by now, or one is connected again, that one takes over its
    /// credentials and configuration, and the pending row goes. Fails as [`Self::insert`] does, and with [`Constraint::Reference`] also
    /// when the pending connection is gone.
    pub async fn promote(&self, pending: ConnectionRowId, promote: Promote) -> Result<InsertedConnection, Error> {
        let taken_meanwhile = |error: &Error| matches!(error, Error::Conflict { constraint: Constraint::Connection });
        let by_name = promote.target.is_none();
        let promoted = match self.promote_once(pending, promote.clone()).await {
            // Another node made one of this name between the look and the write; now it is found.
            Err(error) if by_name && taken_meanwhile(&error) => self.promote_once(pending, promote).await?,
            result => result?,
        };
        self.0.wake();
        Ok(promoted)
    }

    /// Takes a pending connection back, as if it had been deleted; `false` when there is none of this row.
    pub async fn discard_pending(&self, id: ConnectionRowId, now: Timestamp) -> Result<bool, Error> {
        let discarded = self
            .0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    if lock_pending(transaction, id).await?.is_none() {
                        return Ok(false);
                    }
                    delete_in(transaction, id, now).await
                })
            })
            .await?;
        self.0.wake();
        Ok(discarded)
    }

    async fn promote_once(&self, pending: ConnectionRowId, how: Promote) -> Result<InsertedConnection, Error> {
        let cipher = self.0.cipher().clone();
        self.0.database().write(move |transaction| Box::pin(async move { promote(transaction, &cipher, pending, how).await })).await
    }
}

/// Discards up to `limit` connections that have been waiting since before `older_than`; returns how many.
pub(crate) async fn discard_stale_in(
    transaction: &mut Transaction,
    older_than: Timestamp,
    limit: u32,
    now: Timestamp,
) -> Result<u64, Error> {
    let sql = "SELECT id FROM connections WHERE pending AND deleted_at IS NULL AND created_at < $1 ORDER BY created_at, id LIMIT $2";
    let mut discarded = 0;
    for row in transaction.rows(sql, values![older_than, i64::from(limit)]).await? {
        let id = ConnectionRowId(row.get("id")?);
        // It may have been approved since the look.
        if lock_pending(transaction, id).await?.is_some() && delete_in(transaction, id, now).await? {
            discarded += 1;
        }
    }
    Ok(discarded)
}

async fn lock_pending(transaction: &mut Transaction, id: ConnectionRowId) -> Result<Option<crate::database::Row>, Error> {
    // Differs because in PostgreSQL the row could be promoted or discarded at the same moment.
    const PENDING: Sql = Sql::differs(select!("c.id = $1 AND c.pending"), select!("c.id = $1 AND c.pending FOR NO KEY UPDATE OF c"));
    transaction.row(PENDING, values![id]).await
}

async fn promote(
    transaction: &mut Transaction,
    cipher: &Cipher,
    pending: ConnectionRowId,
    how: Promote,
) -> Result<InsertedConnection, Error> {
    let gone = || Error::Conflict { constraint: Constraint::Reference };
    if let Some(session) = how.session {
        connect_sessions::mark_used_in(transaction, session, how.now).await?;
    }
    // The integration before its connections, as whoever deletes it.
    let sql = "SELECT integration FROM connections WHERE id = $1 AND pending AND deleted_at IS NULL";
    let integration = IntegrationId(transaction.row(sql, values![pending]).await?.ok_or_else(gone)?.get("integration")?);
    lock_integration(transaction, integration).await?;
    let waiting = lock_pending(transaction, pending).await?.ok_or_else(gone)?;
    let row = connection(&waiting)?;
    let existing = match how.target {
        Some(target) => Some(find_target(transaction, integration, target).await?),
        None => find(transaction, integration, &row.name).await?,
    };
    if let Some(existing) = existing {
        let with = Replacement {
            credentials: &credentials(&waiting, pending, cipher)?,
            connection_config: &row.connection_config,
            metadata: row.metadata.as_deref(),
            tags: &row.tags,
            end_user: row.end_user.as_ref(),
            webhook_url_override: row.webhook_url_override.as_deref(),
            refresh_at: how.refresh_at,
            now: how.now,
        };
        replace(transaction, cipher, existing, with).await?;
        delete_in(transaction, pending, how.now).await?;
    } else {
        let sql = "UPDATE connections SET pending = FALSE, refresh_at = $2, updated_at = $3 WHERE id = $1";
        transaction.execute(sql, values![pending, how.refresh_at, how.now]).await?;
    }
    let (id, is_new) = (existing.unwrap_or(pending), existing.is_none());
    let Promote { syncs, events, notify, now, .. } = how;
    start(transaction, id, Start { environment: row.environment, syncs, events, notify, is_new, now }).await?;
    let row = transaction.row(select!("c.id = $1"), values![id]).await?.expect("written above");
    Ok(InsertedConnection { row: connection(&row)?, is_new })
}
