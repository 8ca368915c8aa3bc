//! Dead letters: jobs that were given up, and are kept for thirty days for somebody to look at.

use syncline_domain::{EnvironmentId, JobId, JobKind, JobState, Timestamp};

use super::unknown::known_kinds;
use super::{JobRow, Jobs, job};
use crate::database::{Row, Sql, Transaction, values};
use crate::{Constraint, Error};

/// A job that was given up.
#[derive(Clone, Debug)]
pub struct DeadLetter {
    /// As it was left.
    pub job: JobRow,
    /// `failed` (another try would not have helped), `attempts_used_up` or `poisoned` (its workers disappeared).
    pub reason: String,
    /// What the last try said.
    pub error: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was given up.
    pub discarded_at: Option<Timestamp>,
}

/// What became of the wish to try one again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Replayed {
    /// It is in the queue again, with all its attempts before it.
    Enqueued,
    /// There is no such dead letter.
    Missing,
    /// A job for the same is active: a sync that was scheduled again, for example.
    Active,
    /// Whoever waited was told that it is lost: it must not happen after all.
    Told,
}

macro_rules! list {
    ($known:literal) => {
        concat!(
            "SELECT * FROM jobs WHERE environment = $1 AND state = 'discarded' AND ($2 IS NULL OR id < $2) AND kind ",
            $known,
            " ORDER BY id DESC LIMIT $3"
        )
    };
}

// Differs because each database has its own lists. What a newer version gave up, an older one cannot tell of.
const LIST: Sql = Sql::differs(list!("IN (SELECT value FROM json_each($4))"), list!("= ANY ($4)"));

impl Jobs<'_> {
    /// An environment's dead letters before `before`, newest first.
    pub async fn dead_letters(&self, environment: EnvironmentId, before: Option<JobId>, limit: u32) -> Result<Vec<DeadLetter>, Error> {
        let values = values![environment, before, i64::from(limit), known_kinds()];
        self.0.database().rows(LIST, values).await?.iter().map(dead).collect()
    }

    /// Finds one.
    pub async fn dead_letter(&self, environment: EnvironmentId, id: JobId) -> Result<Option<DeadLetter>, Error> {
        let sql = "SELECT * FROM jobs WHERE id = $1 AND environment = $2 AND state = 'discarded'";
        self.0.database().row(sql, values![id, environment]).await?.as_ref().map(dead).transpose()
    }

    /// Puts one back into the queue, as if it had not been tried yet.
    pub async fn replay(&self, environment: EnvironmentId, id: JobId, now: Timestamp) -> Result<Replayed, Error> {
        let written = self.0.database().write(move |transaction| Box::pin(replay(transaction, environment, id, now))).await;
        let replayed = match written {
            // Its unique key is taken.
            Err(Error::Conflict { constraint: Constraint::Job }) => Replayed::Active,
            other => other?,
        };
        if replayed == Replayed::Enqueued {
            self.0.wake();
        }
        Ok(replayed)
    }

    /// Forgets one. `false` when there is no such dead letter.
    pub async fn forget(&self, environment: EnvironmentId, id: JobId) -> Result<bool, Error> {
        let sql = "DELETE FROM jobs WHERE id = $1 AND environment = $2 AND state = 'discarded'";
        let values = values![id, environment];
        Ok(self.0.database().execute(sql, values).await? > 0)
    }
}

async fn replay(transaction: &mut Transaction, environment: EnvironmentId, id: JobId, now: Timestamp) -> Result<Replayed, Error> {
    let sql = "SELECT id, kind FROM jobs WHERE id = $1 AND environment = $2 AND state = 'discarded'";
    let Some(row) = transaction.row(sql, values![id, environment]).await? else { return Ok(Replayed::Missing) };
    if row.get::<String>("kind")? == JobKind::RunAction.as_str() {
        return Ok(Replayed::Told);
    }
    let sql =
        "UPDATE jobs SET state = 'available', attempt = 0, crashes = 0, scheduled_at = $3, rank = $3 - head_start, finished_at = NULL,
                   reason = NULL
               WHERE id = $1 AND environment = $2 AND state = 'discarded'";
    let back = transaction.execute(sql, values![id, environment, now]).await?;
    Ok(if back > 0 { Replayed::Enqueued } else { Replayed::Missing })
}

fn dead(row: &Row) -> Result<DeadLetter, Error> {
    let job = job(row)?;
    debug_assert_eq!(job.state, JobState::Discarded, "asked for");
    Ok(DeadLetter {
        job,
        reason: row.get::<Option<String>>("reason")?.unwrap_or_else(|| "failed".to_owned()),
        error: row.get("error")?,
        created_at: row.time("created_at")?,
        discarded_at: row.optional_time("finished_at")?,
    })
}
