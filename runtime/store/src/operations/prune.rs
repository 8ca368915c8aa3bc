//! Forgetting operations.

use std::time::Duration;

use syncline_domain::{OperationId, Timestamp};

use super::Operations;
use crate::Error;
use crate::database::{Database, Sql, values};

const DAY: Duration = Duration::from_hours(24);
/// Days for which there is a partition before they begin: a server that is off for the weekend finds its place on Monday.
const AHEAD: i64 = 3;

// Differs because in PostgreSQL only what came before its partition was made is in rows of its own.
const MESSAGES: Sql = Sql::differs(
    "DELETE FROM operation_messages WHERE (operation, seq) IN
         (SELECT operation, seq FROM operation_messages WHERE operation < $1 ORDER BY operation LIMIT $2)",
    "DELETE FROM operation_messages_default WHERE (operation, seq) IN
         (SELECT operation, seq FROM operation_messages_default WHERE operation < $1 ORDER BY operation LIMIT $2)",
);
const OPERATIONS: Sql = Sql::differs(
    "DELETE FROM operations WHERE id IN (SELECT id FROM operations WHERE id < $1 ORDER BY id LIMIT $2)",
    "DELETE FROM operations_default WHERE id IN (SELECT id FROM operations_default WHERE id < $1 ORDER BY id LIMIT $2)",
);

impl Operations<'_> {
    /// Forgets what began before `older_than`, with its messages; `None` forgets nothing. Returns how many rows or partitions it was: rows at
    /// most `limit`.
    ///
    /// On PostgreSQL whole days go, by their partitions; so that the last day may stay for a day longer. Any number of nodes may do it at once:
    /// one does, and the others skip it.
    pub async fn prune(&self, older_than: Option<Timestamp>, now: Timestamp, limit: u32) -> Result<u64, Error> {
        let database = self.0.database();
        let mut removed = partition(database, older_than, now).await?;
        let Some(older_than) = older_than else { return Ok(removed) };
        let bound = OperationId::new(older_than, [0; 10]);
        for sql in [MESSAGES, OPERATIONS] {
            let values = values![bound, i64::from(limit)];
            removed += database.execute(sql, values).await?;
        }
        Ok(removed)
    }
}

/// Makes the partitions of the days to come, and drops those that end before `older_than`. Returns how many it was.
pub(crate) async fn partition(database: &Database, older_than: Option<Timestamp>, now: Timestamp) -> Result<u64, Error> {
    if database.is_sqlite() {
        return Ok(0);
    }
    let day = |time: Timestamp| time.unix_millis().div_euclid(DAY.as_millis() as i64);
    let values = values![day(now), AHEAD, older_than.map(day)];
    let sql = "SELECT syncline_partition_operations($1, $2, $3) AS changed";
    let changed: i64 = database.execute_returning(sql, values).await?.expect("a function's call has one row").get("changed")?;
    Ok(changed.unsigned_abs())
}
