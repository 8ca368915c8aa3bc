//! The end of a connection: first out of sight, then out of the database.

use syncline_domain::{ConnectionRowId, EnvironmentId, Timestamp};

use super::Connections;
use crate::Error;
use crate::database::{Transaction, values};
use crate::jobs::{self, payload};
use crate::{records, syncs};

impl Connections<'_> {
    /// Takes a connection out of sight with its credentials, syncs, checkpoints and jobs; what else it left is purged by a job. `false`
    /// when it is gone already.
    pub async fn delete(&self, id: ConnectionRowId, now: Timestamp) -> Result<bool, Error> {
        let deleted = self.0.database().write(move |transaction| Box::pin(delete_in(transaction, id, now))).await?;
        self.0.wake();
        Ok(deleted)
    }

    /// Removes up to `limit` records of a deleted connection, or what is left of it when there are none. Returns whether to go on.
    pub async fn purge_step(&self, id: ConnectionRowId, limit: u32) -> Result<bool, Error> {
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    let deleted = "SELECT id FROM connections WHERE id = $1 AND deleted_at IS NOT NULL";
                    if transaction.row(deleted, values![id]).await?.is_none() {
                        return Ok(false);
                    }
                    let next = "SELECT id FROM collections WHERE connection = $1 ORDER BY id LIMIT 1";
                    let Some(row) = transaction.row(next, values![id]).await? else {
                        transaction.execute("DELETE FROM connections WHERE id = $1", values![id]).await?;
                        return Ok(false);
                    };
                    let collection: i64 = row.get("id")?;
                    if records::delete_rows(transaction, id, collection, limit).await? == 0 {
                        transaction.execute("DELETE FROM collections WHERE id = $1", values![collection]).await?;
                    }
                    Ok(true)
                })
            })
            .await
    }
}

pub(crate) async fn delete_in(transaction: &mut Transaction, id: ConnectionRowId, now: Timestamp) -> Result<bool, Error> {
    let sql = "UPDATE connections SET deleted_at = $2, updated_at = $2, credentials = NULL
               WHERE id = $1 AND deleted_at IS NULL RETURNING environment";
    let Some(row) = transaction.row(sql, values![id, now]).await? else { return Ok(false) };
    syncs::remove_in(transaction, syncs::Of::Connection(id), now).await?;
    jobs::cancel_connection_in(transaction, id, now).await?;
    transaction.execute("DELETE FROM function_checkpoints WHERE connection = $1", values![id]).await?;
    jobs::insert_in(transaction, payload::purge(EnvironmentId(row.get("environment")?), id, now)).await?;
    Ok(true)
}
