//! Jobs of many syncs at once: what a scheduler's tick puts into the queue.

use syncline_domain::{JobKind, SyncId, Timestamp, Trigger};

use super::{payload, rank};
use crate::Error;
use crate::database::{Sql, Transaction, values};

macro_rules! insert {
    ($ids:literal) => {
        concat!(
            "INSERT INTO jobs (kind, payload, environment, connection, sync, unique_key, state, attempt, max_attempts, crashes, fence,
                 scheduled_at, created_at, lane, head_start, function, rank)
             SELECT 'run_sync', $2, s.environment, s.connection, s.id, 'sync:' || s.id, 'available', 0, $3, 0, 0,
                 $4, $4, 2 * s.environment + 1, $5, s.function,
                 COALESCE(
                     (SELECT last.rank + $6 FROM jobs last
                      WHERE last.connection = s.connection AND last.kind = 'run_sync' AND last.rank > $4 - $5 - $6
                          AND last.state IN ('available', 'running')
                      ORDER BY last.rank DESC LIMIT 1),
                     $4 - $5)
                     + $6 * (ROW_NUMBER() OVER (PARTITION BY s.connection ORDER BY s.id) - 1)
             FROM syncs s WHERE s.id ",
            $ids,
            "
             ON CONFLICT (unique_key) WHERE unique_key IS NOT NULL AND state IN ('available', 'running') DO NOTHING"
        )
    };
}

// Differs because each database has its own lists.
const INSERT: Sql = Sql::differs(insert!("IN (SELECT value FROM json_each($1))"), insert!("= ANY ($1)"));

/// One scheduled job for each, where none is active: what [`super::insert_in`] does for one, and in the same order.
pub(crate) async fn insert_syncs_in(transaction: &mut Transaction, syncs: &[SyncId], now: Timestamp) -> Result<u64, Error> {
    if syncs.is_empty() {
        return Ok(0);
    }
    let ids: Vec<String> = syncs.iter().map(ToString::to_string).collect();
    let payload = payload::json(&payload::RunSync { trigger: Trigger::Schedule, empty_cache: false });
    let values = values![ids, payload, i64::from(payload::SYNC_ATTEMPTS), now, rank::head_start(JobKind::RunSync), rank::STEP_US];
    transaction.execute(INSERT, values).await
}
