//! How many runs there may be at once.
//!
//! A job in line that a limit does not admit is held: it leaves the line and waits under the limit's name until there is room, so that the
//! next claim does not meet it again. A whole environment at its limit needs no such note: its lane has no turn.

use std::collections::HashMap;

use syncline_domain::JobId;

use super::Jobs;
use super::claim::Candidate;
use super::rank::holds_runs;
use crate::Error;
use crate::database::{Sql, Transaction, values};

/// Limits of concurrent runs, on all nodes together; 0 for none.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Limits {
    /// Of one environment.
    pub per_environment: u32,
    /// On one connection.
    pub per_connection: u32,
    /// Of one function.
    pub per_function: u32,
}

/// Names looked at by one claim. There are as many as limits that are reached, and each is reached by runs under way.
const NAMES: i64 = 1_000;

impl Limits {
    pub(super) const fn any(&self) -> bool {
        self.per_environment > 0 || self.per_connection > 0 || self.per_function > 0
    }
}

/// What runs now, and what a claim has added to it.
#[derive(Default)]
pub(super) struct Running {
    lanes: HashMap<i64, u32>,
    connections: HashMap<i64, u32>,
    functions: HashMap<i64, u32>,
}

/// Whether a job may run.
pub(super) enum Verdict {
    Admitted,
    /// Not before a run under this name has ended.
    Held(String),
    LaneFull,
}

const fn is_reached(running: u32, limit: u32) -> bool {
    limit > 0 && running >= limit
}

impl Running {
    /// Counts the job if it is admitted.
    pub(super) fn admit(&mut self, job: &Candidate, limits: &Limits) -> Verdict {
        if !limits.any() || !holds_runs(job.lane) {
            return Verdict::Admitted;
        }
        if self.is_full(job.lane, limits) {
            return Verdict::LaneFull;
        }
        let of = |counts: &HashMap<i64, u32>, key: Option<i64>| key.and_then(|key| counts.get(&key).copied()).unwrap_or_default();
        if let Some(connection) = job.connection
            && is_reached(of(&self.connections, job.connection), limits.per_connection)
        {
            return Verdict::Held(format!("connection:{connection}"));
        }
        if let Some(function) = job.function
            && is_reached(of(&self.functions, job.function), limits.per_function)
        {
            return Verdict::Held(format!("function:{function}"));
        }
        self.add(job.lane, job.connection, job.function, 1);
        Verdict::Admitted
    }

    pub(super) fn is_full(&self, lane: i64, limits: &Limits) -> bool {
        holds_runs(lane) && is_reached(self.lanes.get(&lane).copied().unwrap_or_default(), limits.per_environment)
    }

    pub(super) fn full_lanes(&self, limits: &Limits) -> usize {
        self.lanes.keys().filter(|lane| self.is_full(**lane, limits)).count()
    }

    fn add(&mut self, lane: i64, connection: Option<i64>, function: Option<i64>, runs: u32) {
        *self.lanes.entry(lane).or_default() += runs;
        for (counts, key) in [(&mut self.connections, connection), (&mut self.functions, function)] {
            if let Some(key) = key {
                *counts.entry(key).or_default() += runs;
            }
        }
    }

    /// How many more may run under this name.
    fn room(&self, name: &str, limits: &Limits) -> u32 {
        let (of, limit) = match name.split_once(':') {
            Some(("connection", id)) => (id.parse().ok().and_then(|id: i64| self.connections.get(&id)), limits.per_connection),
            Some(("function", id)) => (id.parse().ok().and_then(|id: i64| self.functions.get(&id)), limits.per_function),
            _ => (None, 0),
        };
        if limit == 0 { u32::MAX } else { limit.saturating_sub(of.copied().unwrap_or_default()) }
    }
}

/// Counts what runs. Claimers with limits come one after the other from here to their commit: two that count at once would both take the
/// last place.
pub(super) async fn count(transaction: &mut Transaction) -> Result<Running, Error> {
    if !transaction.is_sqlite() {
        // Any number will do that nobody else uses.
        transaction.execute("SELECT pg_advisory_xact_lock(7310293001)", vec![]).await?;
    }
    let sql = "SELECT lane, connection, function, COUNT(*) AS runs FROM jobs WHERE state = 'running' GROUP BY lane, connection, function";
    let mut running = Running::default();
    for row in transaction.rows(sql, vec![]).await? {
        let lane = row.get("lane")?;
        if holds_runs(lane) {
            let runs = u32::try_from(row.get::<i64>("runs")?).unwrap_or(u32::MAX);
            running.add(lane, row.get("connection")?, row.get("function")?, runs);
        }
    }
    Ok(running)
}

/// Takes jobs out of the line until there is room for them.
pub(super) async fn hold(transaction: &mut Transaction, jobs: Vec<(JobId, String)>) -> Result<(), Error> {
    for (job, name) in jobs {
        transaction.execute("UPDATE jobs SET rank = NULL, held = $2 WHERE id = $1", values![job, name]).await?;
    }
    Ok(())
}

// Differs because in PostgreSQL a trigger could bring one forward meanwhile.
const RELEASE: Sql = Sql::differs(
    "UPDATE jobs SET rank = scheduled_at - head_start, held = NULL
     WHERE id IN (SELECT id FROM jobs WHERE held = $1 ORDER BY scheduled_at, id LIMIT $2)",
    "UPDATE jobs SET rank = scheduled_at - head_start, held = NULL
     WHERE id IN (SELECT id FROM jobs WHERE held = $1 ORDER BY scheduled_at, id LIMIT $2 FOR UPDATE SKIP LOCKED)",
);

/// Lets as many back into the line as there is room for, longest due first.
pub(super) async fn release(transaction: &mut Transaction, limits: &Limits, running: &Running) -> Result<u64, Error> {
    let sql = "WITH RECURSIVE names (name, step) AS (
                   SELECT * FROM (SELECT held, 1 FROM jobs WHERE held IS NOT NULL ORDER BY held LIMIT 1) AS first
                   UNION ALL
                   SELECT (SELECT jobs.held FROM jobs WHERE jobs.held > names.name ORDER BY jobs.held LIMIT 1), names.step + 1
                   FROM names WHERE names.name IS NOT NULL AND names.step < $1)
               SELECT name FROM names WHERE name IS NOT NULL";
    let mut released = 0;
    for row in transaction.rows(sql, values![NAMES]).await? {
        let name: String = row.get("name")?;
        let room = running.room(&name, limits).min(1_000);
        if room > 0 {
            released += transaction.execute(RELEASE, values![name, i64::from(room)]).await?;
        }
    }
    Ok(released)
}

impl Jobs<'_> {
    /// Lets go of what limits hold that are not set any more. Returns how many it was.
    pub async fn release_unlimited(&self, limits: Limits) -> Result<u64, Error> {
        if limits.per_connection > 0 && limits.per_function > 0 {
            return Ok(0);
        }
        if self.0.database().row("SELECT id FROM jobs WHERE held IS NOT NULL LIMIT 1", vec![]).await?.is_none() {
            return Ok(0);
        }
        let released = self
            .0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    let running = count(transaction).await?;
                    release(transaction, &limits, &running).await
                })
            })
            .await?;
        if released > 0 {
            self.0.wake();
        }
        Ok(released)
    }
}
