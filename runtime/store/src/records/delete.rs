//! Marking records as deleted, and removing them.

use std::collections::HashSet;

use syncline_domain::{ConnectionRowId, ExternalId, JobId, Timestamp};

use super::collection::{Collection, existing};
use super::{CollectionRef, Records};
use crate::database::{Sql, Transaction, values};
use crate::{Error, Fence};

impl Records<'_> {
    /// Marks records as deleted; their payloads stay. Returns how many were not deleted before.
    pub async fn delete(
        &self,
        fence: Option<Fence>,
        of: CollectionRef,
        ids: Vec<ExternalId>,
        writer: Option<JobId>,
        now: Timestamp,
    ) -> Result<u64, Error> {
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    if let Some(fence) = fence {
                        fence.check(transaction).await?;
                    }
                    let Some(mut collection) = Collection::find(transaction, &of).await? else { return Ok(0) };
                    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
                    let existing = existing(transaction, &collection, ids.clone()).await?;
                    let mut met = HashSet::new();
                    let alive = |id: &String| existing.get(id).is_some_and(|old| !old.deleted);
                    let ids: Vec<String> = ids.into_iter().filter(|id| alive(id) && met.insert(id.clone())).collect();
                    mark_deleted(transaction, &mut collection, &ids, writer, now).await?;
                    Ok(ids.len() as u64)
                })
            })
            .await
    }

    /// Removes up to `limit` records of a collection as if they had never been. Positions go on, so that cursors stay valid. Returns
    /// whether there are more.
    pub async fn delete_all(&self, fence: Option<Fence>, of: CollectionRef, limit: u32) -> Result<bool, Error> {
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    if let Some(fence) = fence {
                        fence.check(transaction).await?;
                    }
                    let Some(mut collection) = Collection::find(transaction, &of).await? else { return Ok(false) };
                    let removed = delete_rows(transaction, collection.connection, collection.id, limit).await?;
                    if removed < u64::from(limit) {
                        (collection.record_count, collection.size_bytes, collection.tracking) = (0, 0, false);
                        collection.store(transaction).await?;
                    }
                    Ok(removed == u64::from(limit))
                })
            })
            .await
    }
}

/// Marks live rows as deleted, in the order of `ids`.
pub(super) async fn mark_deleted(
    transaction: &mut Transaction,
    collection: &mut Collection,
    ids: &[String],
    writer: Option<JobId>,
    now: Timestamp,
) -> Result<(), Error> {
    // Differs because PostgreSQL must be made to go by the unique index (see `by_ids`), as an upsert does. Both number the ids from 1.
    const DELETE: Sql = Sql::differs(
        "UPDATE records SET position = $3 + gone.key + 1, action = 'DELETED', deleted_at = $4, updated_at = $4, writer = $5
         FROM json_each($6) gone WHERE connection = $1 AND collection = $2 AND external_id = gone.value",
        "INSERT INTO records (connection, collection, external_id, position, deleted_at, updated_at, writer, hash, size_bytes, action,
             first_seen_at, generation)
         SELECT $1, $2, gone.id, $3 + gone.number, $4, $4, $5, '', 0, 'DELETED', 0, 0 FROM UNNEST($6) WITH ORDINALITY gone (id, number)
         ON CONFLICT (connection, collection, external_id) DO UPDATE SET position = excluded.position, action = excluded.action,
             deleted_at = excluded.deleted_at, updated_at = excluded.updated_at, writer = excluded.writer",
    );
    if ids.is_empty() {
        return Ok(());
    }
    let values = values![collection.connection, collection.id, collection.position, now, writer, ids.to_vec()];
    transaction.execute(DELETE, values).await?;
    collection.position += ids.len() as i64;
    collection.record_count -= ids.len() as i64;
    collection.store(transaction).await
}

/// Removes up to `limit` rows for good, whatever their state; returns how many.
pub(crate) async fn delete_rows(
    transaction: &mut Transaction,
    connection: ConnectionRowId,
    collection: i64,
    limit: u32,
) -> Result<u64, Error> {
    let sql = "DELETE FROM records WHERE connection = $1 AND collection = $2 AND position > 0 AND position IN (
                   SELECT position FROM records WHERE connection = $1 AND collection = $2 AND position > 0 ORDER BY position LIMIT $3)";
    transaction.execute(sql, values![connection, collection, i64::from(limit)]).await
}
