//! What becomes of a run that does not end by itself: it was cancelled, or its worker was lost.

use syncline_domain::{JobId, RunId, RunState, Timestamp};

use super::Runs;
use crate::Error;
use crate::database::{Transaction, values};

impl Runs<'_> {
    /// Marks runs without a job as lost that began before `begun_before`, which is longer ago than any may take: the process in which their caller
    /// waited is gone. Returns how many, at most `limit`.
    pub async fn lose_abandoned(&self, begun_before: Timestamp, now: Timestamp, limit: u32) -> Result<u64, Error> {
        // By the index of what has not succeeded, environment by environment. Ids begin with their time.
        let sql = "UPDATE runs SET state = 'lost', finished_at = $2
                   WHERE state = 'running' AND id IN (
                       SELECT r.id FROM environments e JOIN runs r ON r.environment = e.id
                       WHERE r.state = 'running' AND r.state <> 'succeeded' AND r.id < $1 AND r.job IS NULL LIMIT $3)";
        let values = values![RunId::new(begun_before, [0; 10]), now, i64::from(limit)];
        self.0.database().execute(sql, values).await
    }
}

/// Ends the run that a job has under way, if any, and gives back the locks that it held: they end with their run, whoever ends it.
pub(crate) async fn end_of_job_in(transaction: &mut Transaction, job: JobId, state: RunState, now: Timestamp) -> Result<(), Error> {
    // Whoever decided it may have done so a moment before the run began.
    let sql = "UPDATE runs SET state = $2, finished_at = CASE WHEN started_at > $3 THEN started_at ELSE $3 END
               WHERE job = $1 AND state = 'running' RETURNING id";
    for row in transaction.rows(sql, values![job, state.as_str(), now]).await? {
        let run: RunId = row.parse("runs", "id", |text| text.parse().ok())?;
        transaction.execute("DELETE FROM locks WHERE owner = $1", values![run]).await?;
    }
    Ok(())
}
