//! The queue.
//!
//! ```text
//! enqueue ─▶ available ─claim─▶ running (lease, fence + 1) ─complete─▶ gone
//!                ▲                 │ heartbeat                ─fail────▶ available later, or discarded (the dead letters) ─replay─▶ available
//!                └── rescue ◀── lease over                    ─cancel──▶ gone
//! ```
//!
//! An available job is in line (it has a [`rank`]), waits for its time, or is held by a limit. Only what is in line lies in a claimer's way.
//!
//! *Invariant:* of the jobs with one unique key at most one is available or running; of the workers that ever claimed a job at most one
//! has its present fence.

mod claim;
mod dead;
mod depth;
mod end;
mod enqueue_by;
mod fence;
mod given_up;
mod insert_syncs;
mod limits;
pub mod payload;
pub(crate) mod rank;
mod rescue;
mod unknown;
mod waiting;

use syncline_domain::{ConnectionRowId, EnvironmentId, JobId, JobKind, JobState, SyncId, Timestamp};

pub use claim::{Claim, Terms};
pub use dead::{DeadLetter, Replayed};
pub use depth::JobDepth;
pub use end::JobDecision;
pub(crate) use end::{cancel_connection_in, cancel_event_in, cancel_sync_in, cancel_waiting_in, end_in};
pub(crate) use enqueue_by::{Enqueued, enqueue_by};
pub use fence::Fence;
pub(crate) use insert_syncs::insert_syncs_in;
pub use limits::Limits;
pub use rescue::Rescue;
pub use waiting::{NoWaitingCursor, Wait, WaitingCursor, WaitingPage, WaitingRun, WaitingSearch};

use crate::database::{Row, Transaction, values};
use crate::{Error, Store};

/// The jobs.
pub struct Jobs<'s>(pub(crate) &'s Store);

/// A job to put into the queue.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// What it does.
    pub kind: JobKind,
    /// With what; see [`payload`].
    pub payload: String,
    /// For whom.
    pub environment: EnvironmentId,
    /// Its connection; the job is cancelled when that is deleted.
    pub connection: Option<ConnectionRowId>,
    /// Its sync; the job is cancelled when that is deleted.
    pub sync: Option<SyncId>,
    /// At most one job with this key is active.
    pub unique_key: Option<String>,
    /// Not before.
    pub scheduled_at: Timestamp,
    /// How often it is tried when it fails.
    pub max_attempts: u32,
    /// The present.
    pub now: Timestamp,
}

/// A job.
#[derive(Clone, Debug)]
pub struct JobRow {
    /// Its row.
    pub id: JobId,
    /// What it does.
    pub kind: JobKind,
    /// With what; see [`payload`].
    pub payload: String,
    /// Where it stands.
    pub state: JobState,
    /// For whom.
    pub environment: EnvironmentId,
    /// Its connection.
    pub connection: Option<ConnectionRowId>,
    /// Its sync.
    pub sync: Option<SyncId>,
    /// The present try, from 1.
    pub attempt: u32,
    /// How often it is tried when it fails.
    pub max_attempts: u32,
    /// How many workers it has outlived.
    pub crashes: u32,
    /// The present fence.
    pub fence: i64,
    /// When the lease ends, while it runs.
    pub lease_expires_at: Option<Timestamp>,
    /// Not before.
    pub scheduled_at: Timestamp,
}

impl JobRow {
    /// Which try it is among those that its workers survived: a crash is no failure of the job's.
    pub const fn tries(&self) -> u32 {
        self.attempt.saturating_sub(self.crashes)
    }

    /// Whether it has outlived so many workers that it may be what ends them.
    pub const fn is_suspect(&self) -> bool {
        self.crashes as i64 >= claim::SUSPECT
    }

    /// What the worker that claimed it shows with every write.
    pub const fn fence(&self) -> Fence {
        Fence { job: self.id, fence: self.fence }
    }
}

impl Jobs<'_> {
    /// Puts a job into the queue; `None` when its unique key is taken by an active job.
    pub async fn enqueue(&self, new: NewJob) -> Result<Option<JobId>, Error> {
        let job = self.0.database().write(move |transaction| Box::pin(async move { insert_in(transaction, new).await })).await?;
        self.0.wake();
        Ok(job)
    }

    /// Finds one.
    pub async fn lookup(&self, id: JobId) -> Result<Option<JobRow>, Error> {
        self.0.database().row("SELECT * FROM jobs WHERE id = $1", values![id]).await?.as_ref().map(job).transpose()
    }

    /// How many jobs wait or run.
    pub async fn count_active(&self) -> Result<u64, Error> {
        let sql = "SELECT COUNT(*) AS jobs FROM jobs WHERE state IN ('available', 'running')";
        let row = self.0.database().row(sql, vec![]).await?.expect("a count has one row");
        Ok(row.get::<i64>("jobs")? as u64)
    }

    /// When the next job that waits may be claimed.
    pub async fn next_scheduled_at(&self) -> Result<Option<Timestamp>, Error> {
        let sql = "SELECT scheduled_at FROM jobs WHERE state = 'available' ORDER BY scheduled_at LIMIT 1";
        self.0.database().row(sql, vec![]).await?.map(|row| row.time("scheduled_at")).transpose()
    }
}

pub(crate) async fn insert_in(transaction: &mut Transaction, new: NewJob) -> Result<Option<JobId>, Error> {
    // What is due is in line behind the last of its connection and kind; the rest waits for its time.
    let sql = "INSERT INTO jobs (kind, payload, environment, connection, sync, unique_key, state, attempt, max_attempts, crashes, fence,
                   scheduled_at, created_at, lane, head_start, function, rank)
               VALUES ($1, $2, $3, $4, $5, $6, 'available', 0, $7, 0, 0, $8, $9, $10, $11,
                   COALESCE($12, (SELECT function FROM syncs WHERE id = $5)),
                   CASE WHEN $8 <= $9 THEN COALESCE(
                       (SELECT last.rank + $13 FROM jobs last
                        WHERE last.connection = $4 AND last.kind = $1 AND last.rank > $8 - $11 - $13 AND last.state IN ('available', 'running')
                        ORDER BY last.rank DESC LIMIT 1),
                       $8 - $11) END)
               ON CONFLICT (unique_key) WHERE unique_key IS NOT NULL AND state IN ('available', 'running') DO NOTHING
               RETURNING id";
    let function = payload::function_of(new.kind, &new.payload);
    let values = values![
        new.kind.as_str(),
        new.payload,
        new.environment,
        new.connection,
        new.sync,
        new.unique_key,
        i64::from(new.max_attempts),
        new.scheduled_at,
        new.now,
        rank::lane(new.environment, new.kind),
        rank::head_start(new.kind),
        function,
        rank::STEP_US
    ];
    transaction.row(sql, values).await?.map(|row| Ok(JobId(row.get("id")?))).transpose()
}

fn job(row: &Row) -> Result<JobRow, Error> {
    Ok(JobRow {
        id: JobId(row.get("id")?),
        kind: row.parse("jobs", "kind", JobKind::parse)?,
        payload: row.get("payload")?,
        state: row.parse("jobs", "state", JobState::parse)?,
        environment: EnvironmentId(row.get("environment")?),
        connection: row.get::<Option<i64>>("connection")?.map(ConnectionRowId),
        sync: row.parse_optional("jobs", "sync", |text| text.parse().ok())?,
        attempt: row.get::<i64>("attempt")? as u32,
        max_attempts: row.get::<i64>("max_attempts")? as u32,
        crashes: row.get::<i64>("crashes")? as u32,
        fence: row.get("fence")?,
        lease_expires_at: row.optional_time("lease_expires_at")?,
        scheduled_at: row.time("scheduled_at")?,
    })
}
