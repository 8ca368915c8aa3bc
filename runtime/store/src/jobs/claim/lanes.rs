//! Whose turn it is.

use super::super::limits::Running;
use super::super::rank;
use super::Terms;
use crate::Error;
use crate::database::{Transaction, values};

/// Served by one claim at most. The next claim goes on where this one stopped.
const LANES: i64 = 16;

/// The lanes with jobs in line, in turn after `from`, without those that `terms` exclude. One look at the index for each.
pub(super) async fn in_line(transaction: &mut Transaction, from: i64, terms: &Terms, running: &Running) -> Result<Vec<i64>, Error> {
    // Each step finds the next lane in the index, and after the last one the first: it goes round once.
    let sql = "WITH RECURSIVE turn (lane, first, step) AS (
                   SELECT lane, lane, 1 FROM (
                       SELECT COALESCE(
                           (SELECT lane FROM jobs WHERE state = 'available' AND rank IS NOT NULL AND lane > $1 ORDER BY lane LIMIT 1),
                           (SELECT lane FROM jobs WHERE state = 'available' AND rank IS NOT NULL ORDER BY lane LIMIT 1)) AS lane) AS start
                   UNION ALL
                   SELECT COALESCE(
                       (SELECT jobs.lane FROM jobs WHERE state = 'available' AND rank IS NOT NULL AND jobs.lane > turn.lane
                        ORDER BY jobs.lane LIMIT 1),
                       (SELECT jobs.lane FROM jobs WHERE state = 'available' AND rank IS NOT NULL ORDER BY jobs.lane LIMIT 1)),
                       turn.first, turn.step + 1
                   FROM turn WHERE turn.lane IS NOT NULL AND (turn.step = 1 OR turn.lane <> turn.first) AND turn.step < $2)
               SELECT lane FROM turn WHERE lane IS NOT NULL AND (step = 1 OR lane <> first) ORDER BY step";
    // Excluded ones are met on the way: leaving them out of the search would read all that they have in line.
    let excluded = terms.last_slots.as_ref().map_or(0, |busy| 2 * busy.len()) + running.full_lanes(&terms.limits);
    let most = LANES + i64::try_from(excluded).unwrap_or(LANES);
    let mut lanes = Vec::new();
    for row in transaction.rows(sql, values![from, most]).await? {
        let lane = row.get("lane")?;
        let is_busy = terms.last_slots.as_ref().is_some_and(|busy| busy.contains(&rank::environment(lane)));
        if !is_busy && !running.is_full(lane, &terms.limits) {
            lanes.push(lane);
        }
    }
    lanes.truncate(LANES as usize);
    Ok(lanes)
}
