//! Writing many rows with few statements.

use std::sync::LazyLock;

use syncline_domain::{Action, ConnectionRowId, Fingerprint, Timestamp};

use super::collection::Collection;
use crate::Error;
use crate::crypto::{Cipher, Place};
use crate::database::{Sql, Transaction, Value, values};

/// A row to write, new or changed.
pub(super) struct Changed<'b> {
    pub(super) external_id: &'b str,
    pub(super) position: i64,
    pub(super) hash: Fingerprint,
    /// Encrypted as it is written.
    pub(super) text: &'b str,
    pub(super) action: Action,
    pub(super) first_seen_at: Timestamp,
}

const COLUMNS: &str =
    "connection, collection, generation, updated_at, writer, external_id, position, hash, payload, size_bytes, action, first_seen_at";
const ON_CONFLICT: &str = "DO UPDATE SET generation = excluded.generation, updated_at = excluded.updated_at, writer = excluded.writer,
    position = excluded.position, hash = excluded.hash, payload = excluded.payload, size_bytes = excluded.size_bytes, action = excluded.action,
    first_seen_at = excluded.first_seen_at, deleted_at = NULL, pruned_at = NULL";
/// Parameters that all rows share, and those of each row.
const SHARED: usize = 5;
const EACH: usize = 7;
/// SQLite gets its rows in chunks of these sizes: few statements to prepare, and few to execute.
const CHUNKS: [usize; 3] = [100, 10, 1];

static SQLITE: LazyLock<[String; 3]> = LazyLock::new(|| CHUNKS.map(upsert));
const POSTGRES: &str = "INSERT INTO records (connection, collection, generation, updated_at, writer, external_id, position, hash, payload, size_bytes,
        action, first_seen_at)
    SELECT $1, $2, $3, $4, $5, * FROM UNNEST($6::TEXT[], $7::BIGINT[], $8::BYTEA[], $9::BYTEA[], $10::BIGINT[], $11::TEXT[], $12::BIGINT[])
    ON CONFLICT (connection, collection, external_id) DO UPDATE SET generation = excluded.generation, updated_at = excluded.updated_at,
        writer = excluded.writer, position = excluded.position, hash = excluded.hash, payload = excluded.payload,
        size_bytes = excluded.size_bytes, action = excluded.action, first_seen_at = excluded.first_seen_at, deleted_at = NULL, pruned_at = NULL";

/// PostgreSQL gets so much text at a time, and the row that goes beyond it: a transaction in which nothing comes while megabytes are being
/// encrypted looks like one whose owner is gone.
const PIECE: usize = 2 << 20;

/// Inserts or replaces rows as saved by `writer` at `now`.
pub(super) async fn upsert_rows(
    transaction: &mut Transaction,
    cipher: &Cipher,
    collection: &Collection,
    rows: Vec<Changed<'_>>,
    writer: Option<i64>,
    now: Timestamp,
) -> Result<(), Error> {
    let shared = values![collection.connection, collection.id, collection.generation, now, writer];
    if transaction.is_sqlite() {
        let mut rows = rows.into_iter().peekable();
        for (size, sql) in CHUNKS.into_iter().zip(SQLITE.iter()) {
            while rows.len() >= size {
                let mut values = Vec::with_capacity(SHARED + size * EACH);
                values.extend_from_slice(&shared);
                rows.by_ref().take(size).for_each(|row| values.extend(row.values(cipher, collection)));
                transaction.execute(sql.as_str(), values).await?;
            }
        }
        return Ok(());
    }
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let (mut columns, mut length): ([Vec<Value>; EACH], _) = (Default::default(), 0);
        while let Some(row) = rows.next_if(|_| length < PIECE) {
            length += row.text.len();
            row.values(cipher, collection).into_iter().zip(&mut columns).for_each(|(value, column)| column.push(value));
        }
        let values = shared.iter().cloned().chain(columns.into_iter().map(Value::list)).collect();
        transaction.execute(POSTGRES, values).await?;
    }
    Ok(())
}

/// Marks rows as seen by the present delete tracking.
pub(super) async fn mark_seen(transaction: &mut Transaction, collection: &Collection, ids: Vec<String>) -> Result<(), Error> {
    // Differs because PostgreSQL must be made to go by the unique index (see `by_ids`), as an upsert does. The rows are there and locked by
    // their collection, so that nothing is inserted.
    const SEEN: Sql = Sql::differs(
        "UPDATE records SET generation = $3 WHERE connection = $1 AND collection = $2 AND external_id IN (SELECT value FROM json_each($4))",
        "INSERT INTO records (connection, collection, generation, external_id, position, hash, size_bytes, action, first_seen_at, updated_at)
         SELECT $1, $2, $3, seen.id, 0, '', 0, '', 0, 0 FROM UNNEST($4) seen (id)
         ON CONFLICT (connection, collection, external_id) DO UPDATE SET generation = excluded.generation",
    );
    if ids.is_empty() {
        return Ok(());
    }
    transaction.execute(SEEN, values![collection.connection, collection.id, collection.generation, ids]).await.map(drop)
}

/// A record's identity for as long as there is a database: the ciphertext is bound to it.
pub(crate) fn identity(connection: ConnectionRowId, collection: i64, external_id: &str) -> String {
    format!("{connection}/{collection}/{external_id}")
}

fn seal(cipher: &Cipher, identity: &String, text: &str) -> Vec<u8> {
    cipher.seal(Place { table: "records", column: "payload", row: identity }, text.as_bytes())
}

pub(super) fn open(cipher: &Cipher, identity: &String, sealed: Vec<u8>) -> Result<String, Error> {
    cipher.open_text(Place { table: "records", column: "payload", row: identity }, sealed)
}

impl Changed<'_> {
    /// In the order of the columns.
    fn values(self, cipher: &Cipher, collection: &Collection) -> [Value; EACH] {
        let payload = seal(cipher, &identity(collection.connection, collection.id, self.external_id), self.text);
        [
            self.external_id.into(),
            self.position.into(),
            self.hash.0.to_vec().into(),
            payload.into(),
            (self.text.len() as i64).into(),
            self.action.as_str().into(),
            self.first_seen_at.into(),
        ]
    }
}

/// Without numbers for the parameters: SQLite would look each of them up by walking through all of them.
fn upsert(rows: usize) -> String {
    let row = format!("({})", ["?"; EACH].join(", "));
    let (shared, rows) = (["?"; SHARED].join(", "), vec![row; rows].join(", "));
    format!(
        "INSERT INTO records ({COLUMNS}) SELECT {shared}, * FROM (VALUES {rows}) WHERE TRUE ON CONFLICT (collection, external_id) {ON_CONFLICT}"
    )
}
