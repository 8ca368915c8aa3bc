//! The begin and the end of a usual run as one statement each, for PostgreSQL.
//!
//! As transactions they are four round trips and five, and a thousand runs a second are mostly those. On SQLite a statement costs no trip, and a
//! statement can change only one table there.
//!
//! The locks are taken in the order that holds everywhere: the sync before its job, the job before its run. The counts in the conditions see
//! to that: what they count is read, and locked, before anything else of that part.

use syncline_domain::{JobState, SyncId};

use crate::Error;
use crate::database::{Database, Value, values};
use crate::jobs::Fence;

/// As `insert!` of [`super`] with the lease, which is `$16`; `$17` is the sync whose last run it is from now on.
const BEGIN: &str = "
    WITH sync AS MATERIALIZED (SELECT id FROM syncs WHERE id = $17 FOR NO KEY UPDATE),
         lease AS MATERIALIZED (
             SELECT id FROM jobs WHERE id = $13 AND fence = $16 AND state = 'running' AND (SELECT count(*) FROM sync) >= 0 FOR SHARE),
         noted AS (UPDATE syncs SET last_run = $1 FROM sync, lease WHERE syncs.id = sync.id)
    INSERT INTO runs (id, environment, function, function_name, kind, connection, connection_name, integration_key, sync, variant,
        trigger_kind, state, attempt, job, input, counts, started_at)
    SELECT $1, $2::bigint, $3::bigint, $4, $5, $6::bigint, $7, $8, $9, $10, $11, 'running', $12::bigint, $13::bigint, $14::bytea, '{}',
        $15::bigint FROM lease";

/// The run's values as [`super::finish`] has them, then the job and its fence. Nothing is written where the job is none of the usual ones, or
/// not this worker's any more.
const END: &str = "
    WITH run AS MATERIALIZED (
             SELECT sync, started_at FROM runs WHERE id = $1 AND (state = 'running') IS TRUE AND trigger_kind <> 'webhook' AND $2 = 'succeeded'),
         sync AS MATERIALIZED (SELECT id FROM syncs WHERE id = (SELECT sync FROM run) FOR NO KEY UPDATE),
         lease AS (
             DELETE FROM jobs WHERE id = $10 AND fence = $11 AND state = 'running' AND kind <> 'run_action'
                 AND (SELECT count(*) FROM sync) >= 0 RETURNING id),
         noted AS (UPDATE syncs SET last_success_started_at = run.started_at FROM run, sync, lease WHERE syncs.id = sync.id),
         ended AS (
             UPDATE runs SET state = $2, output = $3, error = $4, counts = $5, cpu_time_us = $6, peak_memory_bytes = $7, host_calls = $8,
                 finished_at = $9
             FROM lease WHERE runs.id = $1 AND (runs.state = 'running') IS TRUE)
    SELECT id FROM lease";

/// `sync`: whose last run it is. [`Error::Fenced`] when its job was taken back meanwhile.
pub(super) async fn begin(database: &Database, mut run: Vec<Value>, fence: Fence, sync: Option<SyncId>) -> Result<(), Error> {
    run.extend(values![fence.fence, sync]);
    let begun = database.execute(BEGIN, run).await?;
    if begun == 0 { Err(Error::Fenced) } else { Ok(()) }
}

/// `None` where it takes more than this to end the run.
pub(super) async fn end(database: &Database, mut run: Vec<Value>, fence: Fence) -> Result<Option<JobState>, Error> {
    run.extend(values![fence.job, fence.fence]);
    let ended = database.execute_returning(END, run).await?;
    Ok(ended.map(|_| JobState::Completed))
}
