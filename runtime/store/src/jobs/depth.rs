//! How much is in the queue.

use syncline_domain::{JobKind, JobState, Timestamp};

use super::Jobs;
use crate::Error;
use crate::database::values;

/// The jobs of one kind in one state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct JobDepth {
    /// What they do.
    pub kind: JobKind,
    /// Where they stand.
    pub state: JobState,
    /// How many.
    pub count: i64,
    /// Since when the one that waits longest could be claimed; `None` where none can.
    pub oldest_due: Option<Timestamp>,
}

impl Jobs<'_> {
    /// Counts them, all nodes' alike, without those that only a newer version knows.
    pub async fn depth(&self, now: Timestamp) -> Result<Vec<JobDepth>, Error> {
        let sql = "SELECT kind, state, COUNT(*) AS count, MIN(CASE WHEN state = 'available' AND scheduled_at <= $1 THEN scheduled_at END) AS oldest
                   FROM jobs WHERE state IN ('available', 'running', 'discarded') GROUP BY kind, state";
        let rows = self.0.database().rows(sql, values![now]).await?;
        let mut depths = Vec::with_capacity(rows.len());
        for row in &rows {
            let Some(kind) = JobKind::parse(&row.get::<String>("kind")?) else { continue };
            depths.push(JobDepth {
                kind,
                state: row.parse("jobs", "state", JobState::parse)?,
                count: row.get("count")?,
                oldest_due: row.optional_time("oldest")?,
            });
        }
        Ok(depths)
    }
}
