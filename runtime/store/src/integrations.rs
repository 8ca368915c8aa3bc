//! Integrations.

use std::sync::Arc;

use syncline_domain::{ConnectionRowId, EnvironmentId, IntegrationId, IntegrationKey, Secret, Timestamp};

use crate::crypto::{Cipher, Place};
use crate::database::{Row, Transaction, values};
use crate::{Error, Store, connections, deployments};

/// The integrations. Deleted ones are not found.
pub struct Integrations<'s>(pub(crate) &'s Store);

/// An integration to make.
#[derive(Clone, Debug)]
pub struct NewIntegration {
    /// Where.
    pub environment: EnvironmentId,
    /// Unique in its environment.
    pub key: IntegrationKey,
    /// Name of the provider's entry.
    pub provider: String,
    /// For people.
    pub display_name: Option<String>,
    /// The client's id and secret and the like, as a JSON object. Encrypted.
    pub credentials: Option<Secret>,
    /// Free configuration, as a JSON object.
    pub custom: Option<String>,
    /// Whether incoming webhooks are passed on.
    pub forward_webhooks: bool,
    /// The present.
    pub now: Timestamp,
}

/// What changes; `None` stays.
#[derive(Clone, Debug, Default)]
pub struct IntegrationPatch {
    /// Another key.
    pub key: Option<IntegrationKey>,
    /// Another or no display name.
    pub display_name: Option<Option<String>>,
    /// Other credentials.
    pub credentials: Option<Secret>,
    /// Other free configuration.
    pub custom: Option<String>,
    /// Whether incoming webhooks are passed on.
    pub forward_webhooks: Option<bool>,
    /// The present.
    pub now: Timestamp,
}

/// An integration.
#[derive(Clone, Debug)]
pub struct IntegrationRow {
    /// Its row.
    pub id: IntegrationId,
    /// Where.
    pub environment: EnvironmentId,
    /// Unique in its environment.
    pub key: IntegrationKey,
    /// Name of the provider's entry.
    pub provider: String,
    /// For people.
    pub display_name: Option<String>,
    /// As a JSON object.
    pub credentials: Option<Secret>,
    /// As a JSON object.
    pub custom: Option<String>,
    /// Whether incoming webhooks are passed on.
    pub forward_webhooks: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed.
    pub updated_at: Timestamp,
}

impl Integrations<'_> {
    /// Makes one; [`crate::Constraint::Integration`] when the key is taken.
    pub async fn insert(&self, new: NewIntegration) -> Result<IntegrationRow, Error> {
        let cipher = self.0.cipher().clone();
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    let sql = "INSERT INTO integrations (environment, key, provider, display_name, custom, forward_webhooks, created_at, updated_at)
                               VALUES ($1, $2, $3, $4, $5, $6, $7, $7) RETURNING *";
                    let values = values![
                        new.environment,
                        new.key.as_str(),
                        new.provider,
                        new.display_name,
                        new.custom,
                        new.forward_webhooks,
                        new.now
                    ];
                    let row = transaction.row(sql, values).await?.expect("an insert returns its row");
                    let mut row = integration(&row, &cipher)?;
                    if let Some(credentials) = new.credentials {
                        set_credentials(transaction, &cipher, row.id, &credentials).await?;
                        row.credentials = Some(credentials);
                    }
                    Ok(row)
                })
            })
            .await
    }

    /// Finds one by its key.
    pub async fn lookup(&self, environment: EnvironmentId, key: &IntegrationKey) -> Result<Option<IntegrationRow>, Error> {
        let sql = "SELECT * FROM integrations WHERE environment = $1 AND key = $2 AND deleted_at IS NULL";
        let row = self.0.database().row(sql, values![environment, key.as_str()]).await?;
        row.map(|row| integration(&row, self.0.cipher())).transpose()
    }

    /// Finds one by its row.
    pub async fn lookup_by_id(&self, id: IntegrationId) -> Result<Option<IntegrationRow>, Error> {
        let row = self.0.database().row("SELECT * FROM integrations WHERE id = $1 AND deleted_at IS NULL", values![id]).await?;
        row.map(|row| integration(&row, self.0.cipher())).transpose()
    }

    /// An environment's integrations, newest first.
    pub async fn list(&self, environment: EnvironmentId) -> Result<Vec<IntegrationRow>, Error> {
        let sql = "SELECT * FROM integrations WHERE environment = $1 AND deleted_at IS NULL ORDER BY created_at DESC, id DESC";
        let rows = self.0.database().rows(sql, values![environment]).await?;
        rows.iter().map(|row| integration(row, self.0.cipher())).collect()
    }

    /// Changes one; `None` when it is gone, [`crate::Constraint::Integration`] when the new key is taken.
    pub async fn update(&self, id: IntegrationId, patch: IntegrationPatch) -> Result<Option<IntegrationRow>, Error> {
        let cipher = self.0.cipher().clone();
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    let sql = "UPDATE integrations SET key = COALESCE($2, key), custom = COALESCE($3, custom),
                                   display_name = CASE WHEN $4 THEN $5 ELSE display_name END,
                                   forward_webhooks = CASE WHEN $6 THEN $7 ELSE forward_webhooks END, updated_at = $8
                               WHERE id = $1 AND deleted_at IS NULL RETURNING *";
                    let values = values![
                        id,
                        patch.key.as_ref().map(IntegrationKey::as_str),
                        patch.custom,
                        patch.display_name.is_some(),
                        patch.display_name.flatten(),
                        patch.forward_webhooks.is_some(),
                        patch.forward_webhooks.unwrap_or_default(),
                        patch.now
                    ];
                    let Some(row) = transaction.row(sql, values).await? else { return Ok(None) };
                    let mut row = integration(&row, &cipher)?;
                    if let Some(credentials) = patch.credentials {
                        set_credentials(transaction, &cipher, id, &credentials).await?;
                        row.credentials = Some(credentials);
                    }
                    Ok(Some(row))
                })
            })
            .await
    }

    /// Deletes one with its functions, connections and syncs; what the connections leave is purged by jobs. `false` when it is gone.
    pub async fn delete(&self, id: IntegrationId, now: Timestamp) -> Result<bool, Error> {
        let deleted = self
            .0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    let sql = "UPDATE integrations SET deleted_at = $2, credentials = NULL WHERE id = $1 AND deleted_at IS NULL";
                    if transaction.execute(sql, values![id, now]).await? == 0 {
                        return Ok(false);
                    }
                    let sql = "SELECT id FROM connections WHERE integration = $1 AND deleted_at IS NULL ORDER BY id";
                    for row in transaction.rows(sql, values![id]).await? {
                        connections::delete_in(transaction, ConnectionRowId(row.get("id")?), now).await?;
                    }
                    let sql = "UPDATE functions SET deleted_at = $2 WHERE integration = $1 AND deleted_at IS NULL";
                    transaction.execute(sql, values![id, now]).await?;
                    deployments::forget_in(transaction, id).await?;
                    Ok(true)
                })
            })
            .await?;
        self.0.wake();
        Ok(deleted)
    }
}

async fn set_credentials(
    transaction: &mut Transaction,
    cipher: &Arc<Cipher>,
    id: IntegrationId,
    credentials: &Secret,
) -> Result<(), Error> {
    let sealed = cipher.seal(place(&id), credentials.expose().as_bytes());
    transaction.execute("UPDATE integrations SET credentials = $2 WHERE id = $1", values![id, sealed]).await.map(drop)
}

fn place(id: &IntegrationId) -> Place<'_> {
    Place { table: "integrations", column: "credentials", row: id }
}

fn integration(row: &Row, cipher: &Cipher) -> Result<IntegrationRow, Error> {
    let id = IntegrationId(row.get("id")?);
    let credentials: Option<Vec<u8>> = row.get("credentials")?;
    Ok(IntegrationRow {
        id,
        environment: EnvironmentId(row.get("environment")?),
        key: row.parse("integrations", "key", |text| IntegrationKey::new(text).ok())?,
        provider: row.get("provider")?,
        display_name: row.get("display_name")?,
        credentials: credentials.map(|sealed| cipher.open_text(place(&id), sealed)).transpose()?.map(Secret::new),
        custom: row.get("custom")?,
        forward_webhooks: row.get("forward_webhooks")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}
