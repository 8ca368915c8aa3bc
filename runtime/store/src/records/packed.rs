//! SQLite's way to read a page: in one row.
//!
//! Each row that a statement returns crosses from SQLite's thread to the caller's, and each crossing may cost two switches of threads: for a
//! hundred records more than all the rest of a request. So the statement packs the page: what describes the records as one JSON array, their
//! payloads one behind the other.

use serde::Deserialize;
use syncline_domain::Timestamp;

use super::list::{Head, Stored};
use crate::Error;
use crate::database::Row;

/// What is read of each record, as in the statements below.
#[derive(Deserialize)]
struct Packed(String, i64, Option<usize>, String, i64, i64, Option<i64>, Option<i64>);

/// The page of a collection in one row. `collection` is NULL where there is no such collection; `heads` and `payloads` are empty where
/// `size_bytes`, of the whole page, is more than may be held in memory ($10).
macro_rules! packed {
    ($of_ids:literal) => {
        concat!(
            "WITH named AS MATERIALIZED (
                 SELECT id FROM collections WHERE connection = $1 AND model = $2 AND variant = $3 AND dropped_at IS NULL),
             page AS NOT MATERIALIZED (
                 SELECT external_id, position, payload, size_bytes, action, first_seen_at, updated_at, deleted_at, pruned_at FROM records
                 WHERE collection = (SELECT id FROM named) AND position > $4 AND updated_at >= $5
                     AND (action = $6 OR action = $7 OR action = $8) ",
            $of_ids,
            " ORDER BY position LIMIT $9),
             size AS MATERIALIZED (SELECT IFNULL(SUM(size_bytes), 0) AS size_bytes FROM page)
             SELECT (SELECT id FROM named) AS collection, (SELECT size_bytes FROM size) AS size_bytes,
                 json_group_array(
                     json_array(external_id, position, length(payload), action, first_seen_at, updated_at, deleted_at, pruned_at)) AS heads,
                 CAST(group_concat(payload, '') AS BLOB) AS payloads
             FROM page WHERE (SELECT size_bytes FROM size) <= $10"
        )
    };
}

pub(super) const PAGE: &str = packed!("");
pub(super) const PAGE_OF_IDS: &str = packed!("AND external_id IN (SELECT value FROM json_each($11))");

/// The records of a packed page.
pub(super) fn unpack(row: &Row, collection: i64) -> Result<Vec<Stored>, Error> {
    let inconsistent = || Error::inconsistency("records", "payload", collection);
    let heads: String = row.get("heads")?;
    let heads: Vec<Packed> = serde_json::from_str(&heads).map_err(|_| inconsistent())?;
    let payloads: Option<Vec<u8>> = row.get("payloads")?;
    let mut rest = payloads.as_deref().unwrap_or_default();
    let time = |micros: i64| Timestamp::from_unix_micros(micros);
    let mut records = Vec::with_capacity(heads.len());
    for Packed(external_id, position, length, action, first_seen_at, updated_at, deleted_at, pruned_at) in heads {
        let payload = match length {
            Some(length) => {
                let (payload, behind) = rest.split_at_checked(length).ok_or_else(inconsistent)?;
                rest = behind;
                Some(payload.to_vec())
            }
            None => None,
        };
        let head = Head {
            external_id,
            position,
            action,
            first_seen_at: time(first_seen_at),
            updated_at: time(updated_at),
            deleted_at: deleted_at.map(time),
            pruned_at: pruned_at.map(time),
        };
        records.push(Stored { head, payload });
    }
    if rest.is_empty() { Ok(records) } else { Err(inconsistent()) }
}
