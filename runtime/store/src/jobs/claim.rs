//! Taking jobs, and keeping them.

use std::time::Duration;

use syncline_domain::{JobKind, Timestamp};

use super::{Fence, JobRow, Jobs, job};
use crate::Error;
use crate::database::{Sql, values};

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

// Differs because only PostgreSQL has several claimers at once, who pass each other by.
const CLAIM: Sql = Sql::differs(
    "UPDATE jobs SET state = 'running', fence = fence + 1, attempt = attempt + 1, owner = $1, lease_expires_at = $2
     WHERE id IN (SELECT id FROM jobs WHERE state = 'available' AND scheduled_at <= $3 AND kind IN (SELECT value FROM json_each($4))
                  ORDER BY scheduled_at, id LIMIT $5)
     RETURNING *",
    "WITH due AS MATERIALIZED (
         SELECT id FROM jobs WHERE state = 'available' AND scheduled_at <= $3 AND kind = ANY ($4)
         ORDER BY scheduled_at, id LIMIT $5 FOR UPDATE SKIP LOCKED)
     UPDATE jobs SET state = 'running', fence = fence + 1, attempt = attempt + 1, owner = $1, lease_expires_at = $2
     FROM due WHERE jobs.id = due.id
     RETURNING jobs.*",
);

impl Jobs<'_> {
    /// Takes due jobs, longest due first: each gets a lease, the next fence and the next attempt.
    pub async fn claim(&self, claim: Claim) -> Result<Vec<JobRow>, Error> {
        let kinds: Vec<String> = claim.kinds.iter().map(|kind| kind.as_str().to_owned()).collect();
        let values = values![claim.owner, claim.now.plus(claim.lease), claim.now, kinds, i64::from(claim.limit)];
        let mut jobs = self
            .0
            .database()
            .write(move |transaction| {
                Box::pin(async move { transaction.rows(CLAIM, values).await?.iter().map(job).collect::<Result<Vec<_>, _>>() })
            })
            .await?;
        // Neither database promises an order of what it returns from an update.
        jobs.sort_by_key(|job| (job.scheduled_at, job.id));
        Ok(jobs)
    }

    /// Prolongs the lease.
    pub async fn heartbeat(&self, fence: &Fence, until: Timestamp) -> Result<(), Error> {
        let sql = "UPDATE jobs SET lease_expires_at = $3 WHERE id = $1 AND fence = $2 AND state = 'running'";
        let values = values![fence.job, fence.fence, until];
        let held = self.0.database().write(move |transaction| Box::pin(transaction.execute(sql, values))).await?;
        if held == 0 { Err(Error::Fenced) } else { Ok(()) }
    }
}
