//! Jobs whose worker disappeared.

use syncline_domain::{JobKind, JobState, RunState, Timestamp};

use super::given_up::given_up_in;
use super::unknown::known_kinds;
use super::{JobRow, Jobs, job};
use crate::database::{Sql, values};
use crate::{Error, runs, webhook_deliveries};

/// Which jobs to take from their workers.
#[derive(Clone, Copy, Debug)]
pub struct Rescue {
    /// At most so many.
    pub limit: u32,
    /// A job that outlived so many workers is discarded: it may be what kills them.
    pub max_crashes: u32,
    /// Leases that ended before are over.
    pub now: Timestamp,
}

macro_rules! give_back {
    () => {
        "UPDATE jobs SET state = CASE WHEN crashes + 1 >= $3 AND max_attempts < 2147483647 THEN 'discarded' ELSE 'available' END,
             reason = CASE WHEN crashes + 1 >= $3 AND max_attempts < 2147483647 THEN 'poisoned' END,
             finished_at = CASE WHEN crashes + 1 >= $3 AND max_attempts < 2147483647 THEN $1 END,
             rank = CASE WHEN crashes + 1 >= $3 AND max_attempts < 2147483647 THEN NULL ELSE $1 - head_start END,
             crashes = crashes + 1, scheduled_at = $1, owner = NULL, lease_expires_at = NULL, error = 'its worker disappeared'
         "
    };
}

// What is never given up (a purge) is not given up for this either.
//
// What a newer version put there is left to it: what has to follow from the end of such a job, only that version knows.
//
// Differs because only PostgreSQL has several rescuers at once, and because each database has its own lists.
const RESCUE: Sql = Sql::differs(
    concat!(
        give_back!(),
        "WHERE id IN (SELECT id FROM jobs WHERE state = 'running' AND lease_expires_at < $1 AND kind IN (SELECT value FROM json_each($4))
                       ORDER BY lease_expires_at LIMIT $2)
         RETURNING *"
    ),
    concat!(
        "WITH lost AS MATERIALIZED (
             SELECT id FROM jobs WHERE state = 'running' AND lease_expires_at < $1 AND kind = ANY ($4)
             ORDER BY lease_expires_at LIMIT $2 FOR UPDATE SKIP LOCKED) ",
        give_back!(),
        "FROM lost WHERE jobs.id = lost.id RETURNING jobs.*"
    ),
);

impl Jobs<'_> {
    /// Makes jobs whose lease is over claimable again and marks their runs as lost. Returns the jobs as they are now.
    pub async fn rescue(&self, rescue: Rescue) -> Result<Vec<JobRow>, Error> {
        let jobs = self
            .0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    let values = values![rescue.now, i64::from(rescue.limit), i64::from(rescue.max_crashes), known_kinds()];
                    let jobs = transaction.rows(RESCUE, values).await?.iter().map(job).collect::<Result<Vec<_>, _>>()?;
                    for job in &jobs {
                        runs::end_of_job_in(transaction, job.id, RunState::Lost, rescue.now).await?;
                        if job.state == JobState::Discarded {
                            given_up_in(transaction, job.id, job.kind, rescue.now).await?;
                        }
                        if (job.kind, job.state) == (JobKind::DeliverWebhook, JobState::Discarded) {
                            webhook_deliveries::abandon_in(transaction, &job.payload, rescue.now).await?;
                        }
                    }
                    Ok(jobs)
                })
            })
            .await?;
        if !jobs.is_empty() {
            self.0.wake();
        }
        Ok(jobs)
    }
}
