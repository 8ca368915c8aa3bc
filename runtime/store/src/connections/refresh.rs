//! Renewing a connection's credentials: one at a time, journalled, and never over newer ones.
//!
//! ```text
//! begin ─▶ lease, fence + 1, started_at on disk ─▶ (the provider is asked, outside) ─▶ end(fence, version) ─▶ renewed, or why not
//!            └─ lease over, started_at still there: an answer was lost ─▶ Claimed { was_interrupted: true }
//! ```

use std::time::Duration;

use syncline_domain::{AuthError, ConnectionRowId, Credentials, EnvironmentId, Timestamp, merge_top_level};

use super::{ConnectionRow, Connections, connection, credentials, seal, select};
use crate::Error;
use crate::crypto::Cipher;
use crate::database::{Sql, Transaction, values};
use crate::jobs::{self, payload};

/// Whether this caller may ask the provider.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "one is made for each refresh and taken apart at once")]
pub enum RefreshClaim {
    /// It may, and nobody else until the lease is over.
    Claimed {
        /// As it is now, with its credentials: somebody else may have renewed them a moment ago.
        row: ConnectionRow,
        /// To be shown at the end.
        fence: i64,
        /// An earlier refresh began and never ended: the provider may have replaced a refresh token that nobody kept.
        was_interrupted: bool,
    },
    /// Somebody else is at it.
    Busy {
        /// The end of that one's lease.
        until: Timestamp,
    },
    /// The connection was deleted.
    Gone,
}

/// The end of a refresh.
#[derive(Clone, Debug)]
pub struct EndRefresh {
    /// Of which connection.
    pub id: ConnectionRowId,
    /// As claimed.
    pub fence: i64,
    /// Of the credentials that were shown to the provider.
    pub credentials_version: i64,
    /// What became of it.
    pub result: RefreshResult,
    /// Whether the customer's servers are told.
    pub notify: bool,
    /// The present.
    pub now: Timestamp,
}

/// What became of a refresh.
#[derive(Clone, Debug)]
pub enum RefreshResult {
    /// The provider gave other credentials. An earlier failure is forgotten.
    Renewed {
        /// Encrypted.
        credentials: Credentials,
        /// A JSON object whose members are set in the connection's configuration.
        connection_config: Option<String>,
        /// When they are to be renewed in their turn.
        refresh_at: Option<Timestamp>,
    },
    /// It did not.
    Failed {
        /// With the failures before it.
        error: AuthError,
        /// When it is tried again.
        refresh_at: Option<Timestamp>,
    },
    /// There was nothing to do.
    Unchanged,
}

impl Connections<'_> {
    /// Asks for the right to renew a connection's credentials, which ends by itself after `lease`.
    pub async fn begin_refresh(&self, id: ConnectionRowId, owner: &str, now: Timestamp, lease: Duration) -> Result<RefreshClaim, Error> {
        let (cipher, owner) = (self.0.cipher().clone(), owner.to_owned());
        self.0
            .database()
            .write(move |transaction| Box::pin(async move { begin(transaction, &cipher, id, &owner, now, now.plus(lease)).await }))
            .await
    }

    /// Writes the end of a refresh. `false`, with nothing written, when the connection was deleted or connected again meanwhile, or the lease
    /// was over and somebody else has it.
    pub async fn end_refresh(&self, end: EndRefresh) -> Result<bool, Error> {
        let (cipher, notify) = (self.0.cipher().clone(), end.notify);
        let written = self.0.database().write(move |transaction| Box::pin(async move { finish(transaction, &cipher, end).await })).await?;
        if written && notify {
            self.0.wake();
        }
        Ok(written)
    }

    /// Up to `limit` connections whose credentials are to be renewed by now, the most urgent first.
    pub async fn list_refresh_due(&self, now: Timestamp, limit: u32) -> Result<Vec<ConnectionRowId>, Error> {
        let sql = "SELECT id FROM connections
                   WHERE refresh_at IS NOT NULL AND refresh_at <= $1 AND deleted_at IS NULL AND NOT pending
                       AND (refresh_lease_until IS NULL OR refresh_lease_until <= $1)
                   ORDER BY refresh_at LIMIT $2";
        let rows = self.0.database().rows(sql, values![now, i64::from(limit)]).await?;
        rows.iter().map(|row| Ok(ConnectionRowId(row.get("id")?))).collect()
    }
}

async fn begin(
    transaction: &mut Transaction,
    cipher: &Cipher,
    id: ConnectionRowId,
    owner: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<RefreshClaim, Error> {
    // Differs because in PostgreSQL another node could claim at the same moment: it waits here and then reads what was written.
    const FREE: Sql = Sql::differs(select!("c.id = $1"), select!("c.id = $1 FOR NO KEY UPDATE OF c"));
    let Some(found) = transaction.row(FREE, values![id]).await? else { return Ok(RefreshClaim::Gone) };
    if let Some(until) = found.optional_time("refresh_lease_until")?.filter(|until| *until > now) {
        return Ok(RefreshClaim::Busy { until });
    }
    let was_interrupted = found.optional_time("refresh_started_at")?.is_some();
    let row = ConnectionRow { credentials: Some(credentials(&found, id, cipher)?), ..connection(&found)? };
    let sql =
        "UPDATE connections SET refresh_owner = $2, refresh_fence = refresh_fence + 1, refresh_lease_until = $3, refresh_started_at = $4
               WHERE id = $1 RETURNING refresh_fence";
    let claimed = transaction.row(sql, values![id, owner, until, now]).await?.expect("found above");
    Ok(RefreshClaim::Claimed { row, fence: claimed.get("refresh_fence")?, was_interrupted })
}

async fn finish(transaction: &mut Transaction, cipher: &Cipher, end: EndRefresh) -> Result<bool, Error> {
    // Differs because in PostgreSQL the connection could be deleted or connected again at the same moment.
    const HELD: Sql = Sql::differs(
        "SELECT environment, connection_config FROM connections
         WHERE id = $1 AND refresh_fence = $2 AND credentials_version = $3 AND refresh_started_at IS NOT NULL AND deleted_at IS NULL",
        "SELECT environment, connection_config FROM connections
         WHERE id = $1 AND refresh_fence = $2 AND credentials_version = $3 AND refresh_started_at IS NOT NULL AND deleted_at IS NULL
         FOR NO KEY UPDATE",
    );
    let id = end.id;
    let Some(held) = transaction.row(HELD, values![id, end.fence, end.credentials_version]).await? else { return Ok(false) };
    let mut failure = None;
    match end.result {
        RefreshResult::Renewed { credentials, connection_config, refresh_at } => {
            let old: String = held.get("connection_config")?;
            let config = match connection_config {
                Some(new) => merge_top_level(&old, &new).map_err(|_| Error::inconsistency("connections", "connection_config", id))?,
                None => old,
            };
            let sql =
                "UPDATE connections SET credentials = $2, auth_mode = $3, credentials_version = credentials_version + 1, expires_at = $4,
                           connection_config = $5, refresh_at = $6, updated_at = $7, auth_error = NULL
                       WHERE id = $1";
            let sealed = seal(cipher, id, &credentials);
            let mode = credentials.auth_mode().as_str();
            transaction.execute(sql, values![id, sealed, mode, credentials.expires_at(), config, refresh_at, end.now]).await?;
        }
        RefreshResult::Failed { error, refresh_at } => {
            let sql = "UPDATE connections SET auth_error = $2, refresh_at = $3 WHERE id = $1";
            transaction.execute(sql, values![id, payload::json(&error), refresh_at]).await?;
            failure = Some(payload::NotifyError::from(&error));
        }
        RefreshResult::Unchanged => {}
    }
    let sql = "UPDATE connections SET refresh_owner = NULL, refresh_lease_until = NULL, refresh_started_at = NULL WHERE id = $1";
    transaction.execute(sql, values![id]).await?;
    if end.notify {
        let notify = payload::NotifyAuth { operation: payload::AuthOperation::Refresh, error: failure };
        let environment = EnvironmentId(held.get("environment")?);
        jobs::insert_in(transaction, payload::notify_auth(environment, id, &notify, end.now)).await?;
    }
    Ok(true)
}
