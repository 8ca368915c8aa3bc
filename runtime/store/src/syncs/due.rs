//! The scheduler's tick.

use std::sync::Arc;

use syncline_domain::{ConnectionRowId, EnvironmentId, FunctionId, SyncId, Timestamp};

use super::Syncs;
use crate::Error;
use crate::database::{Row, Sql, values};
use crate::jobs::{self, payload};

/// A sync whose time has come.
#[derive(Clone, Debug)]
pub struct DueSync {
    /// Its id.
    pub sync: SyncId,
    /// Where.
    pub environment: EnvironmentId,
    /// On what.
    pub connection: ConnectionRowId,
    /// What it runs.
    pub function: FunctionId,
    /// The frequency set by hand, else the function's schedule.
    pub schedule: Option<String>,
    /// For cron expressions of the function.
    pub time_zone: Option<String>,
    /// When it fell due.
    pub due_at: Timestamp,
}

/// The time after a sync's present one; `None` when it is not due again.
pub type NextDue = Arc<dyn Fn(&DueSync) -> Option<Timestamp> + Send + Sync>;

macro_rules! due {
    ($rest:literal) => {
        concat!(
            "SELECT s.id, s.environment, s.connection, s.function, COALESCE(s.frequency_override, f.schedule) AS schedule, f.time_zone,
                 s.next_run_at AS due_at
             FROM syncs s JOIN functions f ON f.id = s.function
             WHERE s.state = 'started' AND s.next_run_at IS NOT NULL AND s.next_run_at <= $1 AND f.enabled
             ORDER BY s.next_run_at LIMIT $2",
            $rest
        )
    };
}

// Differs because only PostgreSQL has several schedulers at once, who pass each other by.
const TAKE: Sql = Sql::differs(due!(""), due!(" FOR NO KEY UPDATE OF s SKIP LOCKED"));

// Differs because each database has its own way with lists.
const MOVE: Sql = Sql::differs(
    "UPDATE syncs SET next_run_at = moved.value ->> 1 FROM json_each($1) moved WHERE syncs.id = moved.value ->> 0",
    "UPDATE syncs SET next_run_at = (moved.value ->> 1)::BIGINT FROM json_array_elements($1::JSON) moved
     WHERE syncs.id = moved.value ->> 0",
);

impl Syncs<'_> {
    /// What is due, longest due first.
    pub async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<DueSync>, Error> {
        self.0.database().rows(due!(""), values![now, i64::from(limit)]).await?.iter().map(due_sync).collect()
    }

    /// Enqueues a job for each sync that is due and moves it to its next time, in one transaction: a tick gives one job, whoever looks.
    /// A sync whose last job is still active is only moved, and so is one that fell due before `skip_before`. Returns how many were due.
    pub async fn enqueue_due(&self, now: Timestamp, limit: u32, skip_before: Option<Timestamp>, next: NextDue) -> Result<usize, Error> {
        let due = self
            .0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    let due: Vec<_> =
                        transaction.rows(TAKE, values![now, i64::from(limit)]).await?.iter().map(due_sync).collect::<Result<_, _>>()?;
                    if due.is_empty() {
                        return Ok(0);
                    }
                    let moved: Vec<_> = due.iter().map(|sync| (sync.sync.to_string(), next(sync).map(Timestamp::unix_micros))).collect();
                    transaction.execute(MOVE, values![payload::json(&moved)]).await?;
                    let is_wanted = |sync: &&DueSync| skip_before.is_none_or(|before| sync.due_at >= before);
                    let wanted: Vec<_> = due.iter().filter(is_wanted).map(|sync| sync.sync).collect();
                    jobs::insert_syncs_in(transaction, &wanted, now).await?;
                    Ok(due.len())
                })
            })
            .await?;
        if due > 0 {
            self.0.wake();
        }
        Ok(due)
    }
}

fn due_sync(row: &Row) -> Result<DueSync, Error> {
    Ok(DueSync {
        sync: row.parse("syncs", "id", |text| text.parse().ok())?,
        environment: EnvironmentId(row.get("environment")?),
        connection: ConnectionRowId(row.get("connection")?),
        function: FunctionId(row.get("function")?),
        schedule: row.get("schedule")?,
        time_zone: row.get("time_zone")?,
        due_at: row.time("due_at")?,
    })
}
