//! Dropping payloads that a backend has read.

use syncline_domain::{Cursor, Timestamp};

use super::collection::Collection;
use super::{CollectionRef, Records};
use crate::Error;
use crate::database::values;

/// What pruning did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pruned {
    /// Payloads dropped.
    pub count: u64,
    /// Whether there are more up to the cursor.
    pub has_more: bool,
}

impl Records<'_> {
    /// Drops up to `limit` payloads of records that did not change after `until_cursor`, oldest change first. Id, times and fingerprint
    /// stay, so that a full refresh does not bring everything back.
    pub async fn prune(&self, of: CollectionRef, until_cursor: &str, limit: u32, now: Timestamp) -> Result<Pruned, Error> {
        let cursor = Cursor::decode(until_cursor, self.0.cursor_key()).map_err(|_| Error::Cursor)?;
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    let found = Collection::find(transaction, &of).await?;
                    let mut collection = found.filter(|collection| collection.id == cursor.collection).ok_or(Error::Cursor)?;
                    let sql = "SELECT position, size_bytes FROM records
                               WHERE connection = $1 AND collection = $2 AND position > 0 AND position > $3 AND position <= $4 AND payload IS NOT NULL
                               ORDER BY position LIMIT $5";
                    let values = values![collection.connection, collection.id, collection.pruned_to, cursor.position, i64::from(limit) + 1];
                    let rows = transaction.rows(sql, values).await?;
                    let has_more = rows.len() > limit as usize;
                    let rows = &rows[..rows.len().min(limit as usize)];
                    let until = match rows.last() {
                        Some(last) if has_more => last.get("position")?,
                        _ => cursor.position.min(collection.position).max(collection.pruned_to),
                    };
                    let sql = "UPDATE records SET payload = NULL, size_bytes = 0, pruned_at = $5
                               WHERE connection = $1 AND collection = $2 AND position > 0 AND position > $3 AND position <= $4 AND payload IS NOT NULL";
                    transaction.execute(sql, values![collection.connection, collection.id, collection.pruned_to, until, now]).await?;
                    for row in rows {
                        collection.size_bytes -= row.get::<i64>("size_bytes")?;
                    }
                    collection.pruned_to = until;
                    collection.store(transaction).await?;
                    Ok(Pruned { count: rows.len() as u64, has_more })
                })
            })
            .await
    }
}
