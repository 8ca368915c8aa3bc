//! What stands at this moment, counted no further than anybody wants to know.

use syncline_domain::{EnvironmentId, JobKind, Timestamp};

use super::Overview;
use crate::Error;
use crate::database::{Sql, Value, values};
use crate::jobs;

/// Of each thing: beyond that a person reads `10,000+`, and a page is not to count a million rows.
const MOST: i64 = 10_000;

/// An environment at this moment.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Standing {
    /// Runs that could begin.
    pub waiting: AtMost,
    /// Runs that a limit holds back.
    pub held: AtMost,
    /// Since when the one that waits longest could have begun.
    pub oldest: Option<Timestamp>,
    /// Runs under way.
    pub running: AtMost,
    /// Connections whose credentials could not be renewed.
    pub in_trouble: AtMost,
    /// Addresses of the product's that are not sent everything.
    pub failing_endpoints: AtMost,
}

/// A count that stops somewhere.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct AtMost {
    /// How many.
    pub count: u64,
    /// Whether there are more.
    pub and_more: bool,
}

// What is first in line is due first, but for head starts of minutes: the one that waits longest is among the first ten thousand.
const IN_LINE: &str = "SELECT COUNT(*) AS count, MIN(scheduled_at) AS oldest FROM (
        SELECT scheduled_at FROM jobs WHERE state = 'available' AND rank IS NOT NULL AND lane = $1 ORDER BY rank, id LIMIT $2) counted";
const HELD: &str = "SELECT COUNT(*) AS count, MIN(scheduled_at) AS oldest FROM (
        SELECT scheduled_at FROM jobs WHERE held IS NOT NULL AND lane = $1 ORDER BY scheduled_at LIMIT $2) counted";
// Said so that no planner takes the index of all environments' running ones for this one's.
const RUNNING: &str = "SELECT COUNT(*) AS count FROM (
        SELECT 1 AS one FROM runs
        WHERE environment = $1 AND state >= 'running' AND state <= 'running' AND state <> 'succeeded' LIMIT $2) counted";
macro_rules! in_trouble {
    ($connections:literal) => {
        concat!(
            "SELECT COUNT(*) AS count FROM (
                 SELECT 1 AS one FROM ",
            $connections,
            " WHERE environment = $1 AND auth_error IS NOT NULL AND deleted_at IS NULL AND NOT pending LIMIT $2) counted"
        )
    };
}
// Differs because SQLite does not see that the index holds few.
const IN_TROUBLE: Sql = Sql::differs(in_trouble!("connections INDEXED BY connections_in_trouble"), in_trouble!("connections"));
// There are as many as the product has servers.
const FAILING: &str = "SELECT COUNT(*) AS count FROM (
        SELECT 1 AS one FROM webhook_endpoints WHERE environment = $1 AND state <> 'closed' LIMIT $2) counted";

impl Overview<'_> {
    /// Counts by indexes, at most ten thousand of each.
    pub async fn standing(&self, environment: EnvironmentId) -> Result<Standing, Error> {
        let lane = jobs::rank::lane(environment, JobKind::RunSync);
        let (waiting, first) = self.count(IN_LINE, lane.into(), true).await?;
        let (held, first_held) = self.count(HELD, lane.into(), true).await?;
        Ok(Standing {
            waiting,
            held,
            oldest: [first, first_held].into_iter().flatten().min(),
            running: self.count(RUNNING, environment.into(), false).await?.0,
            in_trouble: self.count(IN_TROUBLE, environment.into(), false).await?.0,
            failing_endpoints: self.count(FAILING, environment.into(), false).await?.0,
        })
    }

    async fn count(&self, sql: impl Into<Sql>, of: Value, has_oldest: bool) -> Result<(AtMost, Option<Timestamp>), Error> {
        let row = self.0.database().row(sql, values![of, MOST + 1]).await?.expect("an aggregate has one row");
        let count: i64 = row.get("count")?;
        let oldest = if has_oldest { row.optional_time("oldest")? } else { None };
        Ok((AtMost { count: count.min(MOST).unsigned_abs(), and_more: count > MOST }, oldest))
    }
}
