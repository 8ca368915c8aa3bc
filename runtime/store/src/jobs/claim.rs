//! Taking jobs, and keeping them.
//!
//! ```text
//! what has fallen due gets in line ─▶ lanes take turns ─▶ the first few of each ─▶ those that limits admit are leased
//! ```
//!
//! A claim looks at as many rows as it takes, not at as many as wait: a tenant with a million jobs costs the others nothing.

mod candidates;
mod lanes;

use std::collections::HashSet;
use std::time::Duration;

use syncline_domain::{EnvironmentId, JobKind, Timestamp};

pub(super) use self::candidates::{Candidate, SUSPECT};
use super::limits::Running;
use super::{Fence, JobRow, Jobs, Limits, job, limits};
use crate::Error;
use crate::database::{Sql, Transaction, values};

/// Jobs that have fallen due get in line so many at a time; the next claim takes the next ones.
const DUE: i64 = 500;
/// How often one claim asks lanes: those that had more than their share again, and those that others had no slots left for.
const ROUNDS: u32 = 24;

/// What a worker wants.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The worker, for people.
    pub owner: String,
    /// What it can do.
    pub kinds: Vec<JobKind>,
    /// How many it has slots for.
    pub limit: u32,
    /// How long it may be silent.
    pub lease: Duration,
    /// The present.
    pub now: Timestamp,
}

/// What it does not want.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// How many runs there may be at once, on all nodes together.
    pub limits: Limits,
    /// No jobs of these environments, and only one of each other: what is left of the slots is for those that have none.
    pub last_slots: Option<HashSet<EnvironmentId>>,
    /// No jobs that have outlived several workers: one is under way already, and if it is what kills them, it shall not take others along.
    pub no_suspects: bool,
}

// Differs because only PostgreSQL has several claimers at once.
const PROMOTE: Sql = Sql::differs(
    "UPDATE jobs SET rank = scheduled_at - head_start
     WHERE id IN (SELECT id FROM jobs WHERE state = 'available' AND rank IS NULL AND held IS NULL AND scheduled_at <= $1
                  ORDER BY scheduled_at LIMIT $2)",
    "WITH due AS MATERIALIZED (
         SELECT id FROM jobs WHERE state = 'available' AND rank IS NULL AND held IS NULL AND scheduled_at <= $1
         ORDER BY scheduled_at LIMIT $2 FOR UPDATE SKIP LOCKED)
     UPDATE jobs SET rank = scheduled_at - head_start FROM due WHERE jobs.id = due.id",
);

// Differs because each database has its own lists.
const LEASE: Sql = Sql::differs(
    "UPDATE jobs SET state = 'running', rank = NULL, fence = fence + 1, attempt = attempt + 1, owner = $1, lease_expires_at = $2
     WHERE id IN (SELECT value FROM json_each($3)) RETURNING *",
    "UPDATE jobs SET state = 'running', fence = fence + 1, rank = NULL, attempt = attempt + 1, owner = $1, lease_expires_at = $2
     WHERE id = ANY ($3) RETURNING *",
);

impl Jobs<'_> {
    /// Takes jobs in line: each gets a lease, the next fence and the next attempt.
    pub async fn claim(&self, claim: Claim) -> Result<Vec<JobRow>, Error> {
        self.claim_under(claim, Terms::default()).await
    }

    /// The same, as far as `terms` allow. Lanes take turns: an environment gets as many as each other that has so many in line.
    pub async fn claim_under(&self, claim: Claim, terms: Terms) -> Result<Vec<JobRow>, Error> {
        let cursor = self.0.lane_cursor();
        let from = cursor.load(std::sync::atomic::Ordering::Relaxed);
        let (jobs, next) = self.0.database().write(move |transaction| Box::pin(take(transaction, claim, terms, from))).await?;
        cursor.store(next, std::sync::atomic::Ordering::Relaxed);
        Ok(jobs)
    }

    /// Prolongs the lease.
    pub async fn heartbeat(&self, fence: &Fence, until: Timestamp) -> Result<(), Error> {
        let sql = "UPDATE jobs SET lease_expires_at = $3 WHERE id = $1 AND fence = $2 AND state = 'running'";
        let values = values![fence.job, fence.fence, until];
        let held = self.0.database().execute(sql, values).await?;
        if held == 0 { Err(Error::Fenced) } else { Ok(()) }
    }
}

/// Returns the jobs in their order, and the lane after which the next claim begins.
async fn take(transaction: &mut Transaction, claim: Claim, mut terms: Terms, from: i64) -> Result<(Vec<JobRow>, i64), Error> {
    transaction.execute(PROMOTE, values![claim.now, DUE]).await?;
    let mut running = Running::default();
    if terms.limits.any() {
        running = limits::count(transaction).await?;
        limits::release(transaction, &terms.limits, &running).await?;
    }
    let mut open = lanes::in_line(transaction, from, &terms, &running).await?;
    let kinds: Vec<String> = claim.kinds.iter().map(|kind| kind.as_str().to_owned()).collect();
    let (mut jobs, mut next) = (Vec::new(), from);
    for _ in 0..ROUNDS {
        let left = claim.limit as usize - jobs.len();
        let turn: Vec<i64> = open.iter().copied().take(left).collect();
        let Some(last) = turn.last() else { break };
        if jobs.is_empty() {
            next = *last;
        }
        // Rounded down: the rest is shared in the next round, by those that have more.
        let share = if terms.last_slots.is_some() { 1 } else { left / turn.len() };
        let found = candidates::first(transaction, &turn, share, &kinds, terms.no_suspects).await?;
        // A lane that gave less than its share has no more; one at its limit is not asked again. Those behind are still to be asked: all that
        // the first ones have in line may have to wait for something.
        open.retain(|lane| !turn.contains(lane) || found.iter().filter(|candidate| candidate.lane == *lane).count() == share);
        let (mut admitted, mut held) = (Vec::new(), Vec::new());
        for candidate in found.into_iter().take(left) {
            match running.admit(&candidate, &terms.limits) {
                _ if candidate.is_suspect() && terms.no_suspects => {}
                limits::Verdict::Admitted => {
                    terms.no_suspects |= candidate.is_suspect();
                    admitted.push(candidate.id.0);
                }
                limits::Verdict::Held(key) => held.push((candidate.id, key)),
                limits::Verdict::LaneFull => open.retain(|lane| *lane != candidate.lane),
            }
        }
        limits::hold(transaction, held).await?;
        if !admitted.is_empty() {
            let values = values![claim.owner.clone(), claim.now.plus(claim.lease), admitted];
            let rows = transaction.rows(LEASE, values).await?;
            jobs.extend(rows.iter().map(job).collect::<Result<Vec<_>, _>>()?);
        }
        if terms.last_slots.is_some() {
            open.retain(|lane| !turn.contains(lane));
        }
    }
    // Neither database promises an order of what it returns from an update.
    jobs.sort_by_key(|job| (job.scheduled_at, job.id));
    Ok((jobs, next))
}

impl Candidate {
    fn is_suspect(&self) -> bool {
        self.crashes >= SUSPECT
    }
}
