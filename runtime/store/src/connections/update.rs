//! Changing a connection.

use syncline_domain::{ConnectionRowId, Credentials, EndUser, Tags, Timestamp};

use super::{ConnectionRow, Connections, connection, seal, select};
use crate::database::values;
use crate::jobs::payload;
use crate::{Error, incoming_webhooks};

/// What changes; `None` stays.
#[derive(Clone, Debug, Default)]
pub struct ConnectionPatch {
    /// Another user, or none.
    pub end_user: Option<Option<EndUser>>,
    /// Other labels.
    pub tags: Option<Tags>,
    /// Another or no place for webhooks.
    pub webhook_url_override: Option<Option<String>>,
    /// Other credentials. A refresh under way does not replace them, and an earlier failure is forgotten.
    pub credentials: Option<Credentials>,
    /// With other credentials: when to renew them; `None` for never.
    pub refresh_at: Option<Timestamp>,
    /// Another configuration, a JSON object.
    pub connection_config: Option<String>,
    /// The present.
    pub now: Timestamp,
}

impl Connections<'_> {
    /// Changes one; `None` when it is gone.
    pub async fn update(&self, id: ConnectionRowId, patch: ConnectionPatch) -> Result<Option<ConnectionRow>, Error> {
        let now = patch.now;
        let sealed = patch.credentials.as_ref().map(|credentials| seal(self.0.cipher(), id, credentials));
        let sql = "UPDATE connections SET end_user = CASE WHEN $2 THEN $3 ELSE end_user END, tags = COALESCE($4, tags),
                       webhook_url_override = CASE WHEN $5 THEN $6 ELSE webhook_url_override END,
                       credentials = COALESCE($7, credentials), auth_mode = COALESCE($8, auth_mode),
                       connection_config = COALESCE($9, connection_config), updated_at = $10,
                       credentials_version = CASE WHEN $11 THEN credentials_version + 1 ELSE credentials_version END,
                       expires_at = CASE WHEN $11 THEN $12 ELSE expires_at END, refresh_at = CASE WHEN $11 THEN $13 ELSE refresh_at END,
                       auth_error = CASE WHEN $11 THEN NULL ELSE auth_error END,
                       refresh_owner = CASE WHEN $11 THEN NULL ELSE refresh_owner END,
                       refresh_lease_until = CASE WHEN $11 THEN NULL ELSE refresh_lease_until END,
                       refresh_started_at = CASE WHEN $11 THEN NULL ELSE refresh_started_at END
                   WHERE id = $1 AND deleted_at IS NULL";
        let values = values![
            id,
            patch.end_user.is_some(),
            patch.end_user.flatten().as_ref().map(payload::json),
            patch.tags.as_ref().map(payload::json),
            patch.webhook_url_override.is_some(),
            patch.webhook_url_override.flatten(),
            sealed,
            patch.credentials.as_ref().map(|credentials| credentials.auth_mode().as_str()),
            patch.connection_config,
            patch.now,
            patch.credentials.is_some(),
            patch.credentials.as_ref().and_then(Credentials::expires_at),
            patch.refresh_at,
        ];
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    transaction.execute(sql, values).await?;
                    incoming_webhooks::unpark_in(transaction, id, now).await?;
                    transaction.row(select!("c.id = $1"), values![id]).await?.as_ref().map(connection).transpose()
                })
            })
            .await
    }
}
