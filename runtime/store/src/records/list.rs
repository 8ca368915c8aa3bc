//! Reading records.

use std::collections::HashMap;

use syncline_domain::{Action, Cursor, ExternalId, Timestamp};

use super::write::{identity, open};
use super::{CollectionRef, RecordRow, Records, action, packed};
use crate::Error;
use crate::database::{Row, Sql, Value, values};

/// Which records; what is empty does not matter.
#[derive(Clone, Debug)]
pub struct ListRecords {
    /// Of what.
    pub collection: CollectionRef,
    /// Changed behind this.
    pub cursor: Option<String>,
    /// Changed then or later.
    pub modified_after: Option<Timestamp>,
    /// To which one of these happened last.
    pub actions: Vec<Action>,
    /// Only these.
    pub ids: Vec<ExternalId>,
    /// Whether deleted records are among them.
    pub include_deleted: bool,
    /// At most so many; fewer when they are large.
    pub limit: u32,
}

/// A page is held in memory, several times over on its way out, and records may have 10 MiB each.
const MAX_BYTES: i64 = 16 * 1024 * 1024;

/// Some of the records, in the order of their last changes.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The records.
    pub records: Vec<RecordRow>,
    /// To go on with, when there are more.
    pub next_cursor: Option<String>,
}

const PAGE: &str =
    "SELECT external_id, position, payload, size_bytes, action, first_seen_at, updated_at, deleted_at, pruned_at FROM records
    WHERE connection = $1 AND collection = $2 AND position > 0 AND position > $3 AND updated_at >= $4 AND (action = $5 OR action = $6 OR action = $7)
    ORDER BY position LIMIT $8";

// Differs because each database has its own way with lists; see `by_ids`.
const PAGE_OF_IDS: Sql = Sql::differs(
    "SELECT external_id, position, payload, size_bytes, action, first_seen_at, updated_at, deleted_at, pruned_at FROM records
     WHERE connection = $1 AND collection = $2 AND position > 0 AND position > $3 AND updated_at >= $4 AND (action = $5 OR action = $6 OR action = $7)
         AND external_id IN (SELECT value FROM json_each($9))
     ORDER BY position LIMIT $8",
    "SELECT found.* FROM (SELECT DISTINCT UNNEST($9) AS id) wanted CROSS JOIN LATERAL (
         SELECT external_id, position, payload, size_bytes, action, first_seen_at, updated_at, deleted_at, pruned_at FROM records
         WHERE connection = $1 AND collection = $2 AND external_id = wanted.id LIMIT 1) found
     WHERE position > $3 AND updated_at >= $4 AND (action = $5 OR action = $6 OR action = $7)
     ORDER BY position LIMIT $8",
);

const LIVE_BY_IDS: Sql = by_ids!("external_id, payload", "AND deleted_at IS NULL AND payload IS NOT NULL");

/// A record as it is kept.
pub(super) struct Stored {
    pub(super) head: Head,
    /// Encrypted.
    pub(super) payload: Option<Vec<u8>>,
}

/// What describes a record.
pub(super) struct Head {
    pub(super) external_id: String,
    pub(super) position: i64,
    pub(super) action: String,
    pub(super) first_seen_at: Timestamp,
    pub(super) updated_at: Timestamp,
    pub(super) deleted_at: Option<Timestamp>,
    pub(super) pruned_at: Option<Timestamp>,
}

impl Records<'_> {
    /// The next page. [`Error::Cursor`] for a cursor that is not of this collection; a collection that nothing was saved to is empty.
    pub async fn list(&self, list: ListRecords) -> Result<Page, Error> {
        let cursor = list.cursor.as_deref().map(|text| Cursor::decode(text, self.0.cursor_key())).transpose().map_err(|_| Error::Cursor)?;
        if self.0.database().is_sqlite()
            && let Some(page) = self.list_packed(&list, cursor.as_ref()).await?
        {
            return Ok(page);
        }
        let of = &list.collection;
        let collection = self.collection(of).await?;
        belongs(cursor.as_ref(), collection)?;
        let Some(collection) = collection else { return Ok(Page::default()) };
        let mut values = values![of.connection, collection];
        values.extend(conditions(&list, cursor.as_ref()));
        let mut sql = Sql::from(PAGE);
        if !list.ids.is_empty() {
            values.push(ids(&list));
            sql = PAGE_OF_IDS;
        }
        let (mut count, mut bytes, mut more) = (0, 0, false);
        let fits = |row: &Row| {
            bytes += row.get::<i64>("size_bytes").unwrap_or_default();
            more = count == list.limit || (count > 0 && bytes > MAX_BYTES);
            count += 1;
            !more
        };
        let rows = self.0.database().rows_while(sql, values, fits).await?;
        let records = rows.iter().map(stored).collect::<Result<Vec<_>, _>>()?;
        self.page(records, more, of, collection)
    }

    /// The same in one statement and one row; `None` where the page is too large for that.
    async fn list_packed(&self, list: &ListRecords, cursor: Option<&Cursor>) -> Result<Option<Page>, Error> {
        let of = &list.collection;
        let mut values = values![of.connection, of.model.as_str(), of.variant.as_str()];
        values.extend(conditions(list, cursor));
        values.push(MAX_BYTES.into());
        let mut sql = packed::PAGE;
        if !list.ids.is_empty() {
            values.push(ids(list));
            sql = packed::PAGE_OF_IDS;
        }
        let row = self.0.database().row(sql, values).await?.expect("an aggregate has one row");
        let collection: Option<i64> = row.get("collection")?;
        belongs(cursor, collection)?;
        let Some(collection) = collection else { return Ok(Some(Page::default())) };
        if row.get::<i64>("size_bytes")? > MAX_BYTES {
            return Ok(None);
        }
        let mut records = packed::unpack(&row, collection)?;
        let more = records.len() > list.limit as usize;
        records.truncate(list.limit as usize);
        self.page(records, more, of, collection).map(Some)
    }

    fn page(&self, records: Vec<Stored>, more: bool, of: &CollectionRef, collection: i64) -> Result<Page, Error> {
        let records = records.into_iter().map(|record| self.record(record, of, collection)).collect::<Result<Vec<_>, _>>()?;
        let next_cursor = records.last().filter(|_| more).map(|last| last.cursor.clone());
        Ok(Page { records, next_cursor })
    }

    /// The live records among these ids, by id. Pruned ones are not there.
    pub async fn get_by_ids(&self, of: &CollectionRef, ids: &[ExternalId]) -> Result<HashMap<String, String>, Error> {
        let Some(collection) = self.collection(of).await? else { return Ok(HashMap::new()) };
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let rows = self.0.database().rows(LIVE_BY_IDS, values![of.connection, collection, ids]).await?;
        rows.iter()
            .map(|row| {
                let id: String = row.get("external_id")?;
                let text = open(self.0.cipher(), &identity(of.connection, collection, &id), row.get("payload")?)?;
                Ok((id, text))
            })
            .collect()
    }

    pub(super) async fn collection(&self, of: &CollectionRef) -> Result<Option<i64>, Error> {
        let sql = "SELECT id FROM collections WHERE connection = $1 AND model = $2 AND variant = $3 AND dropped_at IS NULL";
        let row = self.0.database().row(sql, values![of.connection, of.model.as_str(), of.variant.as_str()]).await?;
        row.map(|row| row.get("id")).transpose()
    }

    fn record(&self, Stored { head, payload }: Stored, of: &CollectionRef, collection: i64) -> Result<RecordRow, Error> {
        let identity = identity(of.connection, collection, &head.external_id);
        let inconsistent = |column| Error::inconsistency("records", column, &identity);
        Ok(RecordRow {
            payload: payload.map(|sealed| open(self.0.cipher(), &identity, sealed)).transpose()?,
            action: action(&head.action).ok_or_else(|| inconsistent("action"))?,
            first_seen_at: head.first_seen_at,
            updated_at: head.updated_at,
            deleted_at: head.deleted_at,
            pruned_at: head.pruned_at,
            cursor: Cursor { collection, position: head.position }.encode(self.0.cursor_key()),
            external_id: ExternalId::new(head.external_id).map_err(|_| inconsistent("external_id"))?,
        })
    }
}

/// A cursor of another collection leads nowhere in this one.
fn belongs(cursor: Option<&Cursor>, collection: Option<i64>) -> Result<(), Error> {
    if cursor.is_some_and(|cursor| Some(cursor.collection) != collection) { Err(Error::Cursor) } else { Ok(()) }
}

/// What both ways to read a page ask for, one parameter behind the other; one record more than wanted tells whether there are more.
fn conditions(list: &ListRecords, cursor: Option<&Cursor>) -> Vec<Value> {
    let wanted = |action: Action| {
        let wanted = (list.actions.is_empty() || list.actions.contains(&action)) && (list.include_deleted || action != Action::Deleted);
        if wanted { action.as_str() } else { "" }
    };
    values![
        // Positions begin at 1: what is still being written has none.
        cursor.map_or(0, |cursor| cursor.position.max(0)),
        list.modified_after.unwrap_or(Timestamp::from_unix_micros(i64::MIN)),
        wanted(Action::Added),
        wanted(Action::Updated),
        wanted(Action::Deleted),
        i64::from(list.limit) + 1
    ]
}

fn ids(list: &ListRecords) -> Value {
    list.ids.iter().map(ToString::to_string).collect::<Vec<_>>().into()
}

fn stored(row: &Row) -> Result<Stored, Error> {
    let head = Head {
        external_id: row.get("external_id")?,
        position: row.get("position")?,
        action: row.get("action")?,
        first_seen_at: row.time("first_seen_at")?,
        updated_at: row.time("updated_at")?,
        deleted_at: row.optional_time("deleted_at")?,
        pruned_at: row.optional_time("pruned_at")?,
    };
    Ok(Stored { head, payload: row.get("payload")? })
}
