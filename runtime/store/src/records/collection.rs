//! The counter row of a collection.

use syncline_domain::{ConnectionRowId, ModelName, Timestamp, Variant};

use super::{CollectionRef, Records};
use crate::Error;
use crate::database::{Row, Sql, Transaction, values};

/// How much a collection holds.
#[derive(Clone, Debug)]
pub struct CollectionCounts {
    /// What.
    pub model: ModelName,
    /// Which partition.
    pub variant: Variant,
    /// Records that are not deleted.
    pub records: u64,
    /// Bytes of JSON, deleted records included, pruned ones not.
    pub size_bytes: u64,
}

/// A collection's row, locked until the transaction ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Collection {
    pub(super) id: i64,
    pub(super) connection: ConnectionRowId,
    /// Of the last change.
    pub(super) position: i64,
    pub(super) pruned_to: i64,
    /// Counts delete trackings.
    pub(super) generation: i64,
    pub(super) tracking: bool,
    pub(super) record_count: i64,
    pub(super) size_bytes: i64,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, position, pruned_to, generation, tracking, record_count, size_bytes FROM collections
             WHERE connection = $1 AND model = $2 AND variant = $3 AND dropped_at IS NULL",
            $rest
        )
    };
}

// Differs because in PostgreSQL there are other writers, and positions must be given in commit order.
const LOCK: Sql = Sql::differs(select!(""), select!(" FOR UPDATE"));

impl Collection {
    /// Locks the collection's row; `None` when nothing was ever saved there.
    pub(super) async fn find(transaction: &mut Transaction, of: &CollectionRef) -> Result<Option<Self>, Error> {
        let values = values![of.connection, of.model.as_str(), of.variant.as_str()];
        transaction.row(LOCK, values).await?.map(|row| Self::read(&row, of.connection)).transpose()
    }

    /// Locks the collection's row, made if there is none.
    pub(super) async fn ensure(transaction: &mut Transaction, of: &CollectionRef) -> Result<Self, Error> {
        if let Some(collection) = Self::find(transaction, of).await? {
            return Ok(collection);
        }
        let sql =
            "INSERT INTO collections (connection, model, variant, position, pruned_to, generation, tracking, record_count, size_bytes)
                   VALUES ($1, $2, $3, 0, 0, 0, FALSE, 0, 0) ON CONFLICT (connection, model, variant) WHERE dropped_at IS NULL DO NOTHING";
        transaction.execute(sql, values![of.connection, of.model.as_str(), of.variant.as_str()]).await?;
        let found = Self::find(transaction, of).await?;
        Ok(found.expect("inserted, or there already"))
    }

    /// The position of the next change.
    pub(super) const fn next_position(&mut self) -> i64 {
        self.position += 1;
        self.position
    }

    /// Writes the row back.
    pub(super) async fn store(&self, transaction: &mut Transaction) -> Result<(), Error> {
        let sql = "UPDATE collections SET position = $2, pruned_to = $3, generation = $4, tracking = $5, record_count = $6, size_bytes = $7
                   WHERE id = $1";
        let values = values![self.id, self.position, self.pruned_to, self.generation, self.tracking, self.record_count, self.size_bytes];
        transaction.execute(sql, values).await.map(drop)
    }

    fn read(row: &Row, connection: ConnectionRowId) -> Result<Self, Error> {
        Ok(Self {
            id: row.get("id")?,
            connection,
            position: row.get("position")?,
            pruned_to: row.get("pruned_to")?,
            generation: row.get("generation")?,
            tracking: row.get("tracking")?,
            record_count: row.get("record_count")?,
            size_bytes: row.get("size_bytes")?,
        })
    }
}

impl Records<'_> {
    /// What a connection holds, by model and variant.
    pub async fn counts(&self, connection: ConnectionRowId) -> Result<Vec<CollectionCounts>, Error> {
        let sql = "SELECT id, model, variant, record_count, size_bytes FROM collections WHERE connection = $1 AND dropped_at IS NULL
                   ORDER BY model, variant";
        let rows = self.0.database().rows(sql, values![connection]).await?;
        rows.iter()
            .map(|row| {
                Ok(CollectionCounts {
                    model: row.parse("collections", "model", |text| ModelName::new(text).ok())?,
                    variant: row.parse("collections", "variant", |text| Variant::new(text).ok())?,
                    records: row.get::<i64>("record_count")?.unsigned_abs(),
                    size_bytes: row.get::<i64>("size_bytes")?.unsigned_abs(),
                })
            })
            .collect()
    }

    /// The position of the last change of a collection, 0 when there is none: where a merging strategy begins.
    pub async fn position(&self, of: &CollectionRef) -> Result<i64, Error> {
        let values = values![of.connection, of.model.as_str(), of.variant.as_str()];
        self.0.database().row(select!(""), values).await?.map_or(Ok(0), |row| row.get("position"))
    }

    /// The cursor behind the last change of a collection; `None` when nothing was ever saved there.
    pub async fn last_cursor(&self, of: &CollectionRef) -> Result<Option<String>, Error> {
        let values = values![of.connection, of.model.as_str(), of.variant.as_str()];
        let Some(row) = self.0.database().row(select!(""), values).await? else { return Ok(None) };
        let cursor = syncline_domain::Cursor { collection: row.get("id")?, position: row.get("position")? };
        Ok(Some(cursor.encode(self.0.cursor_key())))
    }
}

/// What a writer needs to know of a row that exists.
pub(super) struct Existing {
    pub(super) position: i64,
    pub(super) hash: Vec<u8>,
    pub(super) size_bytes: i64,
    pub(super) first_seen_at: Timestamp,
    pub(super) deleted: bool,
    pub(super) generation: i64,
    pub(super) writer: Option<i64>,
}

// Differs because each database has its own way with lists.
const EXISTING: Sql = by_ids!("external_id, position, hash, size_bytes, first_seen_at, deleted_at, generation, writer", "");

/// Reads what is known of these ids.
pub(super) async fn existing(
    transaction: &mut Transaction,
    collection: &Collection,
    ids: Vec<String>,
) -> Result<std::collections::HashMap<String, Existing>, Error> {
    let rows = transaction.rows(EXISTING, values![collection.connection, collection.id, ids]).await?;
    rows.iter()
        .map(|row| {
            let existing = Existing {
                position: row.get("position")?,
                hash: row.get("hash")?,
                size_bytes: row.get("size_bytes")?,
                first_seen_at: row.time("first_seen_at")?,
                deleted: row.get::<Option<i64>>("deleted_at")?.is_some(),
                generation: row.get("generation")?,
                writer: row.get("writer")?,
            };
            Ok((row.get("external_id")?, existing))
        })
        .collect()
}
