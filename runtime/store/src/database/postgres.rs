//! PostgreSQL.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::TryStreamExt as _;
use futures_util::future::BoxFuture;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _, Executor, SqlSafeStr as _};
use syncline_domain::Metrics;

use super::{Row, Sql, Transaction, Value, latest_migration, value};
use crate::Error;

/// Enough for every statement of this crate.
const STATEMENTS: usize = 512;

/// A connection that was idle for longer is asked whether the server is still there before it is used. Asking always would add a round trip
/// to every statement.
const IDLE: Duration = Duration::from_secs(1);

/// No transaction waits for the network or for a function, so between two statements there are microseconds; a machine that swaps may take
/// longer. Well below the 30 s of a lease.
const IDLE_IN_TRANSACTION: &str = "5s";

#[derive(Clone)]
pub(crate) struct Postgres {
    pub(crate) pool: PgPool,
    pub(super) metrics: Arc<Metrics>,
    refused: Arc<Refused>,
}

/// When the server said last that it is read-only. Whoever was connected to a primary that became a standby stays with it, and may find the new
/// primary at the same address by connecting again; so connections from before are not used any more.
struct Refused {
    begin: Instant,
    /// Milliseconds since then; 0 for never.
    at_ms: AtomicU64,
}

impl Refused {
    /// A server that stays read-only is connected to anew once a second, not with every write.
    const EVERY_MS: u64 = 1_000;

    fn new() -> Self {
        Self { begin: Instant::now(), at_ms: AtomicU64::new(0) }
    }

    fn note(&self) {
        let now = u64::try_from(self.begin.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
        let last = self.at_ms.load(Ordering::Relaxed);
        if last == 0 || now - last >= Self::EVERY_MS {
            self.at_ms.store(now, Ordering::Relaxed);
        }
    }

    /// Whether a connection of this age is from before.
    fn concerns(&self, age: Duration) -> bool {
        let at = self.at_ms.load(Ordering::Relaxed);
        at != 0 && age >= self.begin.elapsed().saturating_sub(Duration::from_millis(at))
    }
}

impl Postgres {
    pub(super) async fn open(options: &PgConnectOptions, max_connections: u32, metrics: Arc<Metrics>) -> Result<Self, Error> {
        let options = options
            .clone()
            .application_name("syncline")
            .statement_cache_capacity(STATEMENTS)
            // An acknowledged write is on disk, whatever the server's default is; and these statements are too short to compile.
            // A node that stands still in the middle of a transaction, or is cut off, must not hold its jobs' rows beyond their leases.
            .options([("synchronous_commit", "on"), ("jit", "off"), ("idle_in_transaction_session_timeout", IDLE_IN_TRANSACTION)])
            .disable_statement_logging();
        let refused = Arc::new(Refused::new());
        let of_pool = Arc::clone(&refused);
        let pool = PgPoolOptions::new()
            .max_connections(max_connections.max(2))
            .test_before_acquire(false)
            .before_acquire(move |connection, last| {
                let is_left = of_pool.concerns(last.age);
                Box::pin(async move {
                    if is_left {
                        return Ok(false);
                    }
                    if last.idle_for > IDLE {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .connect_with(options)
            .await?;
        let migrated = Migrator::with_migrations(migrations()).run(&pool).await;
        migrated.map_err(|error| Error::migration(error, latest_migration()))?;
        Ok(Self { pool, metrics, refused })
    }

    pub(super) async fn write<T, F>(&self, work: F) -> Result<T, Error>
    where
        F: for<'t> FnOnce(&'t mut Transaction) -> BoxFuture<'t, Result<T, Error>>,
    {
        let mut transaction = Transaction::Postgres(self.pool.begin().await?);
        let result = self.noted(work(&mut transaction).await);
        let Transaction::Postgres(transaction) = transaction else { unreachable!("made above") };
        match &result {
            Ok(_) => transaction.commit().await?,
            // The work's own error tells more than one of the rollback, which happens anyway when the connection is lost.
            Err(_) => _ = transaction.rollback().await,
        }
        result
    }

    /// Takes notice of a server that has become read-only.
    pub(super) fn noted<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        if matches!(result, Err(Error::NotWritable(_))) {
            self.refused.note();
        }
        result
    }
}

/// Every change of the schema, in order.
pub(crate) fn migrations() -> Vec<Migration> {
    vec![
        migration(1, "initial", include_str!("../../../../migrations/postgres/0001_initial.sql")),
        migration(2, "connecting", include_str!("../../../../migrations/postgres/0002_connecting.sql")),
        migration(3, "key_rotation", include_str!("../../../../migrations/postgres/0003_key_rotation.sql")),
        migration(4, "access", include_str!("../../../../migrations/postgres/0004_access.sql")),
        migration(5, "requests", include_str!("../../../../migrations/postgres/0005_requests.sql")),
        migration(6, "function_source", include_str!("../../../../migrations/postgres/0006_function_source.sql")),
        migration(7, "function_checkpoints", include_str!("../../../../migrations/postgres/0007_function_checkpoints.sql")),
        migration(8, "deployments", include_str!("../../../../migrations/postgres/0008_deployments.sql")),
        migration(9, "queue", include_str!("../../../../migrations/postgres/0009_queue.sql")),
        migration(10, "incoming_webhooks", include_str!("../../../../migrations/postgres/0010_incoming_webhooks.sql")),
        migration(11, "outgoing_webhooks", include_str!("../../../../migrations/postgres/0011_outgoing_webhooks.sql")),
        migration(12, "operations", include_str!("../../../../migrations/postgres/0012_operations.sql")),
        migration(13, "console", include_str!("../../../../migrations/postgres/0013_console.sql")),
        migration(14, "webhook_runs", include_str!("../../../../migrations/postgres/0014_webhook_runs.sql")),
        migration(15, "audit", include_str!("../../../../migrations/postgres/0015_audit.sql")),
        migration(16, "overview", include_str!("../../../../migrations/postgres/0016_overview.sql")),
        migration(17, "connection_lists", include_str!("../../../../migrations/postgres/0017_connection_lists.sql")),
        migration(18, "operators", include_str!("../../../../migrations/postgres/0018_operators.sql")),
        migration(19, "waiting_runs", include_str!("../../../../migrations/postgres/0019_waiting_runs.sql")),
        migration(20, "delivery_lists", include_str!("../../../../migrations/postgres/0020_delivery_lists.sql")),
    ]
}

fn migration(version: i64, name: &'static str, sql: &'static str) -> Migration {
    Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
}

pub(super) async fn execute<'c>(
    executor: impl Executor<'c, Database = sqlx::Postgres>,
    sql: Sql,
    values: Vec<Value>,
) -> Result<u64, Error> {
    Ok(sqlx::query_with(sql.postgres, value::postgres(values)?).execute(executor).await?.rows_affected())
}

pub(super) async fn rows<'c>(
    executor: impl Executor<'c, Database = sqlx::Postgres>,
    sql: Sql,
    values: Vec<Value>,
) -> Result<Vec<Row>, Error> {
    let rows = sqlx::query_with(sql.postgres, value::postgres(values)?).fetch_all(executor).await?;
    Ok(rows.into_iter().map(Row::Postgres).collect())
}

pub(super) async fn rows_while(
    pool: &PgPool,
    sql: Sql,
    values: Vec<Value>,
    mut wanted: impl FnMut(&Row) -> bool + Send,
) -> Result<Vec<Row>, Error> {
    let mut stream = sqlx::query_with(sql.postgres, value::postgres(values)?).fetch(pool);
    let mut rows = Vec::new();
    while let Some(row) = stream.try_next().await?.map(Row::Postgres) {
        if !wanted(&row) {
            break;
        }
        rows.push(row);
    }
    Ok(rows)
}
