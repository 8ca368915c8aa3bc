//! The end of collections: first out of sight, then out of the database.

use syncline_domain::{ConnectionRowId, IntegrationId, ModelName, Timestamp};

use super::Records;
use super::delete::delete_rows;
use crate::Error;
use crate::database::{Transaction, values};

impl Records<'_> {
    /// Removes up to `limit` records of a dropped collection, or the collection when it has none. Returns whether to go on.
    pub async fn purge_step(&self, limit: u32) -> Result<bool, Error> {
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    let next = "SELECT id, connection FROM collections WHERE dropped_at IS NOT NULL ORDER BY id LIMIT 1";
                    let Some(row) = transaction.row(next, vec![]).await? else { return Ok(false) };
                    let (id, connection): (i64, _) = (row.get("id")?, ConnectionRowId(row.get("connection")?));
                    if delete_rows(transaction, connection, id, limit).await? == 0 {
                        transaction.execute("DELETE FROM collections WHERE id = $1", values![id]).await?;
                    }
                    Ok(true)
                })
            })
            .await
    }
}

/// Takes what an integration's connections hold of a model out of sight. Whoever saves there again begins anew; old cursors are refused.
pub(crate) async fn drop_model_in(
    transaction: &mut Transaction,
    integration: IntegrationId,
    model: &ModelName,
    now: Timestamp,
) -> Result<u64, Error> {
    let sql = "UPDATE collections SET dropped_at = $3 WHERE model = $2 AND dropped_at IS NULL
                   AND connection IN (SELECT id FROM connections WHERE integration = $1)";
    transaction.execute(sql, values![integration, model.as_str(), now]).await
}
