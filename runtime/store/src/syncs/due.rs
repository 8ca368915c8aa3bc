//! The scheduler's tick.

use std::sync::Arc;

use syncline_domain::{ConnectionRowId, EnvironmentId, FunctionId, SyncId, Timestamp, Trigger};

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

impl Syncs<'_> {
    /// What is due, longest due first.
    pub async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<DueSync>, Error> {
        self.0.database().rows(due!(""), values![now, i64::from(limit)]).await?.iter().map(due_sync).collect()
    }

    /// Enqueues a job for each sync that is due and moves it to its next time, in one transaction: a tick gives one job, whoever looks.
    /// A sync whose last job is still active is only moved. Returns how many were due.
    pub async fn enqueue_due(&self, now: Timestamp, limit: u32, next: NextDue) -> Result<usize, Error> {
        let due = self
            .0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    let due: Vec<_> =
                        transaction.rows(TAKE, values![now, i64::from(limit)]).await?.iter().map(due_sync).collect::<Result<_, _>>()?;
                    for sync in &due {
                        let sql = "UPDATE syncs SET next_run_at = $2 WHERE id = $1";
                        transaction.execute(sql, values![sync.sync, next(sync)]).await?;
                        let run = payload::RunSync { trigger: Trigger::Schedule, empty_cache: false };
                        jobs::insert_in(transaction, payload::run_sync(sync.environment, sync.connection, sync.sync, run, now)).await?;
                    }
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
