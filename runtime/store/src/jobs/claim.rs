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

// Asynchronous actions of one connection run one at a time, in the order in which they were accepted: of those that are not over, only the
// first may be claimed. That holds on any number of nodes without a lock among claimers, because it only ever gets truer: whoever accepts an
// action holds its connection's row from before the job has an id until the commit, so that ids of one connection are committed in their order
// and nobody sees a later one without the earlier; and a job that is over never comes back. A claimer with an old view of the table waits too
// long, never too short. Jobs behind the first are passed over with one look at an index each; how many they can be has a limit.
// Nothing else stands in an action's way but the number of jobs at once: actions that callers wait for have slots of their own.
//
// Differs because only PostgreSQL has several claimers at once, who pass each other by.
const CLAIM: Sql = Sql::differs(
    "UPDATE jobs SET state = 'running', fence = fence + 1, attempt = attempt + 1, owner = $1, lease_expires_at = $2
     WHERE id IN (SELECT due.id FROM jobs due
                  WHERE due.state = 'available' AND due.scheduled_at <= $3 AND due.kind IN (SELECT value FROM json_each($4))
                      AND (due.kind <> 'run_action' OR NOT EXISTS (
                          SELECT 1 FROM jobs earlier
                          WHERE earlier.connection = due.connection AND earlier.id < due.id AND earlier.kind = 'run_action'
                              AND earlier.state IN ('available', 'running')))
                  ORDER BY due.scheduled_at, due.id LIMIT $5)
     RETURNING *",
    "WITH due AS MATERIALIZED (
         SELECT due.id FROM jobs due
         WHERE due.state = 'available' AND due.scheduled_at <= $3 AND due.kind = ANY ($4)
             AND (due.kind <> 'run_action' OR NOT EXISTS (
                 SELECT 1 FROM jobs earlier
                 WHERE earlier.connection = due.connection AND earlier.id < due.id AND earlier.kind = 'run_action'
                     AND earlier.state IN ('available', 'running')))
         ORDER BY due.scheduled_at, due.id LIMIT $5 FOR UPDATE OF due SKIP LOCKED)
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
