//! Connecting again: what a connection is replaced with, and which one it is.

use syncline_domain::{ConnectionName, ConnectionRowId, Credentials, EndUser, IntegrationId, Tags, Timestamp};

use super::seal;
use crate::crypto::Cipher;
use crate::database::{Sql, Transaction, values};
use crate::jobs::payload;
use crate::{Constraint, Error};

/// What an existing connection takes over.
pub(super) struct Replacement<'a> {
    pub(super) credentials: &'a Credentials,
    pub(super) connection_config: &'a str,
    pub(super) metadata: Option<&'a str>,
    pub(super) tags: &'a Tags,
    pub(super) end_user: Option<&'a EndUser>,
    pub(super) webhook_url_override: Option<&'a str>,
    pub(super) refresh_at: Option<Timestamp>,
    pub(super) now: Timestamp,
}

/// Fails with [`Constraint::Reference`] when the integration is gone; else it stays until the transaction ends, so that whoever deletes it
/// with its connections comes before or after.
pub(super) async fn lock_integration(transaction: &mut Transaction, integration: IntegrationId) -> Result<(), Error> {
    // Differs because in PostgreSQL the integration could be deleted at the same moment.
    const INTEGRATION: Sql = Sql::differs(
        "SELECT id FROM integrations WHERE id = $1 AND deleted_at IS NULL",
        "SELECT id FROM integrations WHERE id = $1 AND deleted_at IS NULL FOR SHARE",
    );
    let found = transaction.row(INTEGRATION, values![integration]).await?;
    found.map(drop).ok_or(Error::Conflict { constraint: Constraint::Reference })
}

/// Finds and locks the connection of this name.
pub(super) async fn find(
    transaction: &mut Transaction,
    integration: IntegrationId,
    name: &ConnectionName,
) -> Result<Option<ConnectionRowId>, Error> {
    // Differs because in PostgreSQL the connection could be changed at the same moment.
    const FIND: Sql = Sql::differs(
        "SELECT id FROM connections WHERE integration = $1 AND name = $2 AND deleted_at IS NULL AND NOT pending",
        "SELECT id FROM connections WHERE integration = $1 AND name = $2 AND deleted_at IS NULL AND NOT pending FOR NO KEY UPDATE",
    );
    transaction.row(FIND, values![integration, name.as_str()]).await?.map(|row| Ok(ConnectionRowId(row.get("id")?))).transpose()
}

/// Locks the connection that is connected again; [`Constraint::Connection`] when it is gone.
pub(super) async fn find_target(
    transaction: &mut Transaction,
    integration: IntegrationId,
    target: ConnectionRowId,
) -> Result<ConnectionRowId, Error> {
    // Differs because in PostgreSQL the connection could be changed at the same moment.
    const TARGET: Sql = Sql::differs(
        "SELECT id FROM connections WHERE id = $1 AND integration = $2 AND deleted_at IS NULL AND NOT pending",
        "SELECT id FROM connections WHERE id = $1 AND integration = $2 AND deleted_at IS NULL AND NOT pending FOR NO KEY UPDATE",
    );
    let found = transaction.row(TARGET, values![target, integration]).await?;
    found.map(|_| target).ok_or(Error::Conflict { constraint: Constraint::Connection })
}

/// Gives a connection other credentials. A refresh of the old ones that is under way writes nothing any more.
pub(super) async fn replace(
    transaction: &mut Transaction,
    cipher: &Cipher,
    id: ConnectionRowId,
    with: Replacement<'_>,
) -> Result<(), Error> {
    let sql = "UPDATE connections SET auth_mode = $2, connection_config = $3, metadata = COALESCE($4, metadata), tags = COALESCE($5, tags),
                   end_user = COALESCE($6, end_user), webhook_url_override = COALESCE($7, webhook_url_override), updated_at = $8,
                   credentials = $9, credentials_version = credentials_version + 1, expires_at = $10, refresh_at = $11, auth_error = NULL,
                   refresh_owner = NULL, refresh_lease_until = NULL, refresh_started_at = NULL
               WHERE id = $1";
    let values = values![
        id,
        with.credentials.auth_mode().as_str(),
        with.connection_config,
        with.metadata,
        (!with.tags.is_empty()).then(|| payload::json(with.tags)),
        with.end_user.map(payload::json),
        with.webhook_url_override,
        with.now,
        seal(cipher, id, with.credentials),
        with.credentials.expires_at(),
        with.refresh_at
    ];
    transaction.execute(sql, values).await.map(drop)
}
