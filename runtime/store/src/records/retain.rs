//! What a policy lets go by itself: payloads that did not change for long, and collections that no sync keeps any more. Wire contract 3.7.

use std::time::Duration;

use syncline_domain::{ConnectionRowId, EnvironmentId, ModelName, SyncId, Timestamp, Variant};

use super::collection::Collection;
use super::{CollectionRef, Records};
use crate::Error;
use crate::database::{Row, Transaction, values};
use crate::jobs::{self, payload};
use crate::retention::{DEFAULT_DELETE_AFTER_DAYS, DEFAULT_PRUNE_AFTER_DAYS};

const DAY: Duration = Duration::from_hours(24);

/// How far a walk through all collections is, and what it did on its way.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Retained {
    /// Where the next step begins; `None` when the walk is at its end.
    pub next: Option<i64>,
    /// Payloads dropped.
    pub pruned: u64,
    /// Collections dropped; a job removes their records.
    pub dropped: u64,
    /// Whether a collection has more to prune: the next step begins at it again.
    pub has_more: bool,
}

/// A collection as the walk meets it.
struct Met {
    id: i64,
    environment: EnvironmentId,
    of: CollectionRef,
    prune_before: Option<Timestamp>,
    drop_before: Option<Timestamp>,
    /// Of the first record whose payload is left.
    oldest_payload: Option<Timestamp>,
    /// Of the last change.
    newest_change: Option<Timestamp>,
    /// When a sync of the connection and variant was made or ran last.
    last_sync: Option<Timestamp>,
}

// By the collections' ids: the walk costs a few looks at an index for each, and is at its end where it began an hour ago.
const NEXT: &str = "SELECT c.id, c.connection, c.model, c.variant, n.environment,
        COALESCE(p.prune_after_days, $3) AS prune_after, COALESCE(p.delete_after_days, $4) AS delete_after,
        (SELECT r.updated_at FROM records r WHERE r.connection = c.connection AND r.collection = c.id AND r.position > 0
             AND r.position > c.pruned_to AND r.payload IS NOT NULL ORDER BY r.position LIMIT 1) AS oldest_payload,
        (SELECT r.updated_at FROM records r WHERE r.connection = c.connection AND r.collection = c.id AND r.position > 0
             ORDER BY r.position DESC LIMIT 1) AS newest_change,
        (SELECT MAX(s.last_run) FROM syncs s WHERE s.connection = c.connection AND s.variant = c.variant) AS last_run,
        (SELECT MAX(s.created_at) FROM syncs s WHERE s.connection = c.connection AND s.variant = c.variant) AS last_made
    FROM collections c JOIN connections n ON n.id = c.connection LEFT JOIN record_policies p ON p.environment = n.environment
    WHERE c.id >= $1 AND c.dropped_at IS NULL AND n.deleted_at IS NULL
    ORDER BY c.id LIMIT $2";

impl Records<'_> {
    /// Looks at up to `collections` of them from the id `from` on; prunes at most `limit` payloads of each that has old ones.
    pub async fn retain_step(&self, from: i64, collections: u32, limit: u32, now: Timestamp) -> Result<Retained, Error> {
        let defaults = (i64::from(DEFAULT_PRUNE_AFTER_DAYS), i64::from(DEFAULT_DELETE_AFTER_DAYS));
        let rows = self.0.database().rows(NEXT, values![from, i64::from(collections), defaults.0, defaults.1]).await?;
        let met = rows.iter().map(|row| Met::read(row, now)).collect::<Result<Vec<_>, _>>()?;
        let mut done =
            Retained { next: met.last().filter(|_| met.len() == collections as usize).map(|last| last.id + 1), ..Retained::default() };
        for collection in met {
            if collection.is_abandoned() {
                done.dropped += self.abandon(collection.id, collection.environment, now).await?;
                continue;
            }
            let Some(before) = collection.prune_before else { continue };
            if collection.oldest_payload.is_some_and(|oldest| oldest < before) {
                let (count, more) = self.prune_unchanged(collection.of, before, limit, now).await?;
                done.pruned += count;
                done.has_more |= more;
            }
        }
        // Again from the start of this step: what is done already is skipped by its index.
        if done.has_more {
            done.next = Some(from);
        }
        Ok(done)
    }

    /// Drops up to `limit` payloads of records that did not change since `before`, oldest change first. What stays is as behind
    /// [`Self::prune`].
    async fn prune_unchanged(&self, of: CollectionRef, before: Timestamp, limit: u32, now: Timestamp) -> Result<(u64, bool), Error> {
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    let Some(mut collection) = Collection::find(transaction, &of).await? else { return Ok((0, false)) };
                    let sql = "SELECT position, size_bytes, updated_at FROM records
                               WHERE connection = $1 AND collection = $2 AND position > 0 AND position > $3 AND payload IS NOT NULL
                               ORDER BY position LIMIT $4";
                    let values = values![collection.connection, collection.id, collection.pruned_to, i64::from(limit)];
                    let rows = transaction.rows(sql, values).await?;
                    // In order, and no further than the first that is younger: at and before `pruned_to` no payload is left.
                    let mut old = Vec::new();
                    for row in &rows {
                        if row.time("updated_at")? >= before {
                            break;
                        }
                        old.push((row.get::<i64>("position")?, row.get::<i64>("size_bytes")?));
                    }
                    let Some((until, _)) = old.last().copied() else { return Ok((0, false)) };
                    let sql = "UPDATE records SET payload = NULL, size_bytes = 0, pruned_at = $5
                               WHERE connection = $1 AND collection = $2 AND position > 0 AND position > $3 AND position <= $4
                                   AND payload IS NOT NULL";
                    transaction.execute(sql, values![collection.connection, collection.id, collection.pruned_to, until, now]).await?;
                    collection.size_bytes -= old.iter().map(|(_, size)| size).sum::<i64>();
                    collection.pruned_to = until;
                    collection.store(transaction).await?;
                    Ok((old.len() as u64, old.len() == limit as usize))
                })
            })
            .await
    }

    /// Takes a collection out of sight; a job removes its records.
    async fn abandon(&self, id: i64, environment: EnvironmentId, now: Timestamp) -> Result<u64, Error> {
        let dropped = self.0.database().write(move |transaction| Box::pin(abandon_in(transaction, id, environment, now))).await?;
        self.0.wake();
        Ok(dropped)
    }
}

async fn abandon_in(transaction: &mut Transaction, id: i64, environment: EnvironmentId, now: Timestamp) -> Result<u64, Error> {
    let sql = "UPDATE collections SET dropped_at = $2 WHERE id = $1 AND dropped_at IS NULL";
    let dropped = transaction.execute(sql, values![id, now]).await?;
    if dropped > 0 {
        jobs::insert_in(transaction, payload::purge_old_records(environment, now)).await?;
    }
    Ok(dropped)
}

impl Met {
    fn read(row: &Row, now: Timestamp) -> Result<Self, Error> {
        // 0 days: for ever.
        let before = |column| -> Result<Option<Timestamp>, Error> {
            let days = u32::try_from(row.get::<i64>(column)?).unwrap_or(0);
            Ok((days > 0).then(|| now.minus(DAY * days)))
        };
        // A run's id begins with its time, and stays when the run is forgotten.
        let last_run: Option<SyncId> = row.parse_optional("syncs", "last_run", |text| text.parse().ok())?;
        let last_run = last_run.and_then(|id| id.0.get_timestamp()).map(|at| {
            let (seconds, nanos) = at.to_unix();
            Timestamp::from_unix_micros((seconds as i64).saturating_mul(1_000_000) + i64::from(nanos / 1_000))
        });
        Ok(Self {
            id: row.get("id")?,
            environment: EnvironmentId(row.get("environment")?),
            of: CollectionRef {
                connection: ConnectionRowId(row.get("connection")?),
                model: row.parse("collections", "model", |text| ModelName::new(text).ok())?,
                variant: row.parse("collections", "variant", |text| Variant::new(text).ok())?,
            },
            prune_before: before("prune_after")?,
            drop_before: before("delete_after")?,
            oldest_payload: row.optional_time("oldest_payload")?,
            newest_change: row.optional_time("newest_change")?,
            last_sync: last_run.max(row.optional_time("last_made")?),
        })
    }

    /// No sync that could keep it has run for so long, and nobody else has written to it.
    fn is_abandoned(&self) -> bool {
        let Some(before) = self.drop_before else { return false };
        self.newest_change.is_some_and(|newest| newest < before) && self.last_sync.is_none_or(|last| last < before)
    }
}
