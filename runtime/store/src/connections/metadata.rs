//! Free data that a product keeps with its connections.

use syncline_domain::{ConnectionName, ConnectionRowId, EnvironmentId, IntegrationKey, Timestamp, merge_top_level};

use super::Connections;
use crate::database::{Row, Sql, Transaction, values};
use crate::{Error, Fence, incoming_webhooks};

// Differs because each database has its own way with lists, and because PostgreSQL has other writers.
const FIND: Sql = Sql::differs(
    "SELECT c.id, c.name, c.metadata FROM connections c JOIN integrations i ON i.id = c.integration
     WHERE i.environment = $1 AND i.key = $2 AND c.deleted_at IS NULL AND NOT c.pending AND i.deleted_at IS NULL AND c.name IN (SELECT value FROM json_each($3))",
    "SELECT c.id, c.name, c.metadata FROM connections c JOIN integrations i ON i.id = c.integration
     WHERE i.environment = $1 AND i.key = $2 AND c.deleted_at IS NULL AND NOT c.pending AND i.deleted_at IS NULL AND c.name = ANY ($3)
     ORDER BY c.id FOR NO KEY UPDATE OF c",
);

// Differs because PostgreSQL has other writers.
const FIND_ONE: Sql = Sql::differs(
    "SELECT id, metadata FROM connections WHERE id = $1 AND deleted_at IS NULL",
    "SELECT id, metadata FROM connections WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE",
);

/// Of the old and what is given, both JSON objects.
type Combine = fn(&str, &str) -> Option<String>;

impl Connections<'_> {
    /// Replaces the metadata of connections, all or none. Returns the names that do not exist; if there are any, nothing was written.
    pub async fn set_metadata(
        &self,
        environment: EnvironmentId,
        integration: &IntegrationKey,
        connections: &[ConnectionName],
        metadata: &str,
        now: Timestamp,
    ) -> Result<Vec<ConnectionName>, Error> {
        self.write_metadata(environment, integration, connections, metadata, now, |_, new| Some(new.to_owned())).await
    }

    /// Merges top-level keys into the metadata of connections, all or none. Returns the names that do not exist; if there are any,
    /// nothing was written.
    pub async fn merge_metadata(
        &self,
        environment: EnvironmentId,
        integration: &IntegrationKey,
        connections: &[ConnectionName],
        metadata: &str,
        now: Timestamp,
    ) -> Result<Vec<ConnectionName>, Error> {
        self.write_metadata(environment, integration, connections, metadata, now, |old, new| merge_top_level(old, new).ok()).await
    }

    /// Replaces the metadata of one by its row, also of a pending one. `false` when it is gone.
    pub async fn set_metadata_by_row_id(&self, id: ConnectionRowId, metadata: &str, now: Timestamp) -> Result<bool, Error> {
        self.set_metadata_of_run(None, id, metadata, now).await
    }

    /// The same for a run, which shows its lease if it has one.
    pub async fn set_metadata_of_run(
        &self,
        fence: Option<Fence>,
        id: ConnectionRowId,
        metadata: &str,
        now: Timestamp,
    ) -> Result<bool, Error> {
        self.write_one(fence, id, metadata, now, |_, new| Some(new.to_owned())).await
    }

    /// Merges top-level keys into the metadata of a run's connection, also of a pending one. `false` when it is gone.
    pub async fn merge_metadata_of_run(
        &self,
        fence: Option<Fence>,
        id: ConnectionRowId,
        metadata: &str,
        now: Timestamp,
    ) -> Result<bool, Error> {
        self.write_one(fence, id, metadata, now, |old, new| merge_top_level(old, new).ok()).await
    }

    async fn write_one(
        &self,
        fence: Option<Fence>,
        id: ConnectionRowId,
        metadata: &str,
        now: Timestamp,
        combine: Combine,
    ) -> Result<bool, Error> {
        let metadata = metadata.to_owned();
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    // Before the job: whoever deletes a connection locks the two in this order.
                    let found = transaction.row(FIND_ONE, values![id]).await?;
                    if let Some(fence) = fence {
                        fence.check(transaction).await?;
                    }
                    let Some(row) = found else { return Ok(false) };
                    write(transaction, &row, &metadata, now, combine).await?;
                    Ok(true)
                })
            })
            .await
    }

    async fn write_metadata(
        &self,
        environment: EnvironmentId,
        integration: &IntegrationKey,
        connections: &[ConnectionName],
        metadata: &str,
        now: Timestamp,
        combine: Combine,
    ) -> Result<Vec<ConnectionName>, Error> {
        let (wanted, metadata, integration) = (connections.to_vec(), metadata.to_owned(), integration.to_string());
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    let names: Vec<String> = wanted.iter().map(ToString::to_string).collect();
                    let rows = transaction.rows(FIND, values![environment, integration, names]).await?;
                    let found = rows.iter().map(|row| row.get::<String>("name")).collect::<Result<Vec<_>, _>>()?;
                    let unknown: Vec<_> = wanted.into_iter().filter(|name| !found.iter().any(|found| found == name.as_str())).collect();
                    if !unknown.is_empty() {
                        return Ok(unknown);
                    }
                    for row in rows {
                        write(transaction, &row, &metadata, now, combine).await?;
                    }
                    Ok(unknown)
                })
            })
            .await
    }
}

async fn write(transaction: &mut Transaction, row: &Row, metadata: &str, now: Timestamp, combine: Combine) -> Result<(), Error> {
    let (id, old): (i64, Option<String>) = (row.get("id")?, row.get("metadata")?);
    let combined = combine(old.as_deref().unwrap_or("{}"), metadata).ok_or_else(|| Error::inconsistency("connections", "metadata", id))?;
    let sql = "UPDATE connections SET metadata = $2, updated_at = $3 WHERE id = $1";
    transaction.execute(sql, values![ConnectionRowId(id), combined, now]).await?;
    incoming_webhooks::unpark_in(transaction, ConnectionRowId(id), now).await
}
