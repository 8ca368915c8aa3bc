//! The end of an environment: its doors close at once, what is behind them goes in steps.

use std::time::Duration;

use syncline_domain::{ConnectionRowId, EnvironmentId, Timestamp};

use super::Environments;
use crate::database::{Transaction, values};
use crate::jobs::{self, payload};
use crate::{Error, connections};

/// A node that looked a key up a moment ago believes in it for a few seconds more. What is made with it meanwhile is purged with the rest.
const LAST_REQUESTS: Duration = Duration::from_secs(5);
/// Each takes its syncs and their jobs along.
const CONNECTIONS: i64 = 50;
/// Each takes its log along.
const RUNS: i64 = 50;
const ROWS: i64 = 1_000;

/// How far a purge is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EnvironmentPurge {
    /// There is more to do at once.
    More,
    /// Its connections are being purged by jobs of their own.
    Waiting,
    /// Nothing is left.
    Done,
}

impl Environments<'_> {
    /// Takes an environment out of sight with its keys and sessions; its name is free at once. The rest is purged by a job. `false` when it is
    /// gone already.
    pub async fn delete(&self, id: EnvironmentId, now: Timestamp) -> Result<bool, Error> {
        let deleted = self
            .0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    // `~` is in no environment's name, and the UUID is in no other row's.
                    let sql = "UPDATE environments SET deleted_at = $2, name = '~' || uuid WHERE id = $1 AND deleted_at IS NULL";
                    if transaction.execute(sql, values![id, now]).await? == 0 {
                        return Ok(false);
                    }
                    for sql in [
                        "DELETE FROM api_keys WHERE environment = $1",
                        "DELETE FROM connect_sessions WHERE environment = $1",
                        "DELETE FROM auth_flows WHERE environment = $1",
                    ] {
                        transaction.execute(sql, values![id]).await?;
                    }
                    jobs::insert_in(transaction, payload::purge_environment(id, now.plus(LAST_REQUESTS), now)).await?;
                    Ok(true)
                })
            })
            .await?;
        self.0.wake();
        Ok(deleted)
    }

    /// Removes a part of what a deleted environment left.
    pub async fn purge_step(&self, id: EnvironmentId, now: Timestamp) -> Result<EnvironmentPurge, Error> {
        let step = self
            .0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    let deleted = "SELECT id FROM environments WHERE id = $1 AND deleted_at IS NOT NULL";
                    if transaction.row(deleted, values![id]).await?.is_none() {
                        return Ok(EnvironmentPurge::Done);
                    }
                    if delete_connections_in(transaction, id, now).await? || delete_rows_in(transaction, id).await? {
                        return Ok(EnvironmentPurge::More);
                    }
                    // Their records are too many to go with them.
                    let left = "SELECT id FROM connections WHERE environment = $1 LIMIT 1";
                    if transaction.row(left, values![id]).await?.is_some() {
                        return Ok(EnvironmentPurge::Waiting);
                    }
                    // Integrations, functions, variables, settings and locks go with it.
                    transaction.execute("DELETE FROM environments WHERE id = $1", values![id]).await?;
                    Ok(EnvironmentPurge::Done)
                })
            })
            .await?;
        self.0.wake();
        Ok(step)
    }
}

/// Whether there were any.
async fn delete_connections_in(transaction: &mut Transaction, id: EnvironmentId, now: Timestamp) -> Result<bool, Error> {
    let sql = "SELECT id FROM connections WHERE environment = $1 AND deleted_at IS NULL ORDER BY id LIMIT $2";
    let rows = transaction.rows(sql, values![id, CONNECTIONS]).await?;
    for row in &rows {
        connections::delete_in(transaction, ConnectionRowId(row.get("id")?), now).await?;
    }
    Ok(!rows.is_empty())
}

/// Whether there were any.
async fn delete_rows_in(transaction: &mut Transaction, id: EnvironmentId) -> Result<bool, Error> {
    // Not the purges: they are what empties the environment.
    let sql = "DELETE FROM jobs
               WHERE id IN (SELECT id FROM jobs WHERE environment = $1
                                AND kind NOT IN ('purge_environment', 'purge_connection', 'purge_records') ORDER BY id LIMIT $2)";
    let mut found = transaction.execute(sql, values![id, ROWS]).await?;
    for (sql, limit) in [
        (
            "DELETE FROM webhook_deliveries WHERE id IN (SELECT id FROM webhook_deliveries WHERE environment = $1 ORDER BY id LIMIT $2)",
            ROWS,
        ),
        ("DELETE FROM incoming_webhooks WHERE id IN (SELECT id FROM incoming_webhooks WHERE environment = $1 ORDER BY id LIMIT $2)", ROWS),
        // The same operations in both: the first ones.
        ("DELETE FROM operation_messages WHERE operation IN (SELECT id FROM operations WHERE environment = $1 ORDER BY id LIMIT $2)", ROWS),
        ("DELETE FROM operations WHERE id IN (SELECT id FROM operations WHERE environment = $1 ORDER BY id LIMIT $2)", ROWS),
        ("DELETE FROM runs WHERE id IN (SELECT id FROM runs WHERE environment = $1 ORDER BY id LIMIT $2)", RUNS),
    ] {
        found += transaction.execute(sql, values![id, limit]).await?;
    }
    Ok(found > 0)
}
