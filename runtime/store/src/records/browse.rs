//! Looking through a collection, the latest change first, or by the beginning of an id.

use std::time::Duration;

use syncline_domain::{Action, ConnectionRowId, Cursor, ExternalId, ModelName, Timestamp, Variant};

use super::write::{identity, open};
use super::{CollectionCounts, CollectionRef, Records, action};
use crate::Error;
use crate::database::{Row, Sql, values};

/// Looked at for one page. Of a million records that were added, the one that was deleted would otherwise be looked for in all of them.
const LOOKED_AT: i64 = 5_000;

/// Nodes' clocks differ by less, or their operators have other troubles.
const SKEW: Duration = Duration::from_secs(60);

/// Larger ones are read one by one.
const PREVIEW_BYTES: i64 = 4 * 1024;

/// Which records; what is empty does not matter.
#[derive(Clone, Debug)]
pub struct BrowseRecords {
    /// Of what.
    pub collection: CollectionRef,
    /// Changed before this: a record's cursor.
    pub before: Option<String>,
    /// To which this happened last.
    pub action: Option<Action>,
    /// Then or later.
    pub since: Option<Timestamp>,
    /// Before then.
    pub until: Option<Timestamp>,
    /// At most so many.
    pub limit: u32,
}

/// A record, as far as a list shows it.
#[derive(Clone, Debug)]
pub struct RecordHead {
    /// Its own id.
    pub external_id: ExternalId,
    /// What happened to it last.
    pub action: Action,
    /// When it was saved for the first time since it was new or deleted.
    pub first_seen_at: Timestamp,
    /// When that happened.
    pub updated_at: Timestamp,
    /// When its payload was dropped.
    pub pruned_at: Option<Timestamp>,
    /// Of its JSON.
    pub size_bytes: u64,
    /// Its JSON, where that is short.
    pub payload: Option<String>,
    /// Points behind this change.
    pub cursor: String,
}

/// A page of a collection.
#[derive(Clone, Debug, Default)]
pub struct HeadPage {
    /// The latest change first; by id where they were looked for by one.
    pub rows: Vec<RecordHead>,
    /// The `before` of the page that follows; there may be one though this page is not full.
    pub next: Option<String>,
}

macro_rules! heads {
    ($rest:literal) => {
        concat!(
            "SELECT external_id, position, action, first_seen_at, updated_at, pruned_at, size_bytes,
                 CASE WHEN size_bytes <= $3 THEN payload END AS payload
             FROM records WHERE connection = $1 AND collection = $2 ",
            $rest
        )
    };
}

const LATEST: &str = heads!(
    "AND position > 0 AND position >= $4 AND position < $5 AND ($6 IS NULL OR action = $6) AND ($8 IS NULL OR updated_at >= $8)
         AND ($9 IS NULL OR updated_at < $9)
     ORDER BY position DESC LIMIT $7"
);

const FROM_POSITION: &str = "SELECT position, updated_at FROM records
    WHERE connection = $1 AND collection = $2 AND position > 0 AND position >= $3 AND position < $4 ORDER BY position LIMIT 1";

const FLOOR: &str = "SELECT position FROM records WHERE connection = $1 AND collection = $2 AND position > 0 AND position < $3
                     ORDER BY position DESC LIMIT 1 OFFSET $4";

const BY_ID: &str = heads!("AND external_id >= $4 AND external_id < $5 ORDER BY external_id LIMIT $6");

// Differs because each database has its own way with lists.
const COUNTS: Sql = Sql::differs(
    "SELECT connection, model, variant, record_count, size_bytes FROM collections
     WHERE connection IN (SELECT value FROM json_each($1)) AND dropped_at IS NULL ORDER BY connection, model, variant",
    "SELECT connection, model, variant, record_count, size_bytes FROM collections
     WHERE connection = ANY ($1) AND dropped_at IS NULL ORDER BY connection, model, variant",
);

impl Records<'_> {
    /// A page of them. [`Error::Cursor`] for a cursor that is not of this collection; a collection that nothing was saved to is empty.
    pub async fn browse(&self, browse: BrowseRecords) -> Result<HeadPage, Error> {
        let of = &browse.collection;
        let cursor = browse.before.as_deref().map(|text| Cursor::decode(text, self.0.cursor_key())).transpose();
        let cursor = cursor.map_err(|_| Error::Cursor)?;
        let Some(collection) = self.collection(of).await? else { return Ok(HeadPage::default()) };
        if cursor.is_some_and(|cursor| cursor.collection != collection) {
            return Err(Error::Cursor);
        }
        let mut before = cursor.map_or(i64::MAX, |cursor| cursor.position);
        let mut from = 0;
        if browse.since.is_some() || browse.until.is_some() {
            let end = self.position(of).await?.saturating_add(1);
            if let Some(until) = browse.until {
                before = before.min(self.position_at(of, collection, until.plus(SKEW), end).await?);
            }
            if let Some(since) = browse.since {
                from = self.position_at(of, collection, since.minus(SKEW), end).await?;
            }
        }
        let mut floor = None;
        if browse.action.is_some() {
            let row = self.0.database().row(FLOOR, values![of.connection, collection, before, LOOKED_AT - 1]).await?;
            floor = row.map(|row| row.get::<i64>("position")).transpose()?.filter(|floor| *floor > from);
        }
        let (action, limit) = (browse.action.map(Action::as_str), i64::from(browse.limit) + 1);
        let floor_or_begin = floor.unwrap_or(from);
        let (since, until) = (browse.since, browse.until);
        let values = values![of.connection, collection, PREVIEW_BYTES, floor_or_begin, before, action, limit, since, until];
        let mut rows = self.heads(of, collection, &self.0.database().rows(LATEST, values).await?)?;
        let is_full = rows.len() > browse.limit as usize;
        rows.truncate(browse.limit as usize);
        let cursor = |position| Cursor { collection, position }.encode(self.0.cursor_key());
        let next = if is_full { rows.last().map(|row| row.cursor.clone()) } else { floor.map(cursor) };
        Ok(HeadPage { rows, next })
    }

    /// The first position of a change at or after `at`, `end` where there is none: positions grow with time, so that a few looks find it among
    /// millions.
    async fn position_at(&self, of: &CollectionRef, collection: i64, at: Timestamp, end: i64) -> Result<i64, Error> {
        let (mut from, mut to) = (1, end.max(1));
        while from < to {
            let middle = from + (to - from) / 2;
            let row = self.0.database().row(FROM_POSITION, values![of.connection, collection, middle, to]).await?;
            match row {
                Some(row) if row.time("updated_at")? < at => from = row.get::<i64>("position")? + 1,
                _ => to = middle,
            }
        }
        Ok(from)
    }

    /// Those whose ids begin with `beginning`, by id.
    pub async fn beginning_with(&self, of: &CollectionRef, beginning: &str, limit: u32) -> Result<Vec<RecordHead>, Error> {
        let Some(collection) = self.collection(of).await? else { return Ok(Vec::new()) };
        // Ids are compared byte by byte, and nothing is above the last code point.
        let end = format!("{beginning}\u{10ffff}");
        let values = values![of.connection, collection, PREVIEW_BYTES, beginning, end.as_str(), i64::from(limit)];
        self.heads(of, collection, &self.0.database().rows(BY_ID, values).await?)
    }

    /// What several connections hold, by model and variant.
    pub async fn counts_of(&self, connections: &[ConnectionRowId]) -> Result<Vec<(ConnectionRowId, CollectionCounts)>, Error> {
        let connections: Vec<i64> = connections.iter().map(|row| row.0).collect();
        let rows = self.0.database().rows(COUNTS, values![connections]).await?;
        rows.iter()
            .map(|row| {
                let counts = CollectionCounts {
                    model: row.parse("collections", "model", |text| ModelName::new(text).ok())?,
                    variant: row.parse("collections", "variant", |text| Variant::new(text).ok())?,
                    records: row.get::<i64>("record_count")?.unsigned_abs(),
                    size_bytes: row.get::<i64>("size_bytes")?.unsigned_abs(),
                };
                Ok((ConnectionRowId(row.get("connection")?), counts))
            })
            .collect()
    }

    fn heads(&self, of: &CollectionRef, collection: i64, rows: &[Row]) -> Result<Vec<RecordHead>, Error> {
        let head = |row: &Row| {
            let id: String = row.get("external_id")?;
            let identity = identity(of.connection, collection, &id);
            let payload = row.get::<Option<Vec<u8>>>("payload")?;
            Ok(RecordHead {
                payload: payload.map(|sealed| open(self.0.cipher(), &identity, sealed)).transpose()?,
                action: row.parse("records", "action", action)?,
                first_seen_at: row.time("first_seen_at")?,
                updated_at: row.time("updated_at")?,
                pruned_at: row.optional_time("pruned_at")?,
                size_bytes: row.get::<i64>("size_bytes")?.unsigned_abs(),
                cursor: Cursor { collection, position: row.get("position")? }.encode(self.0.cursor_key()),
                external_id: ExternalId::new(id).map_err(|_| Error::inconsistency("records", "external_id", &identity))?,
            })
        };
        rows.iter().map(head).collect()
    }
}
