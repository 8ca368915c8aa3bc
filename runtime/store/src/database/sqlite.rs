//! SQLite: one writer, many readers, one server.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Executor, SqlSafeStr as _};
use syncline_domain::Metrics;
use tokio_util::task::TaskTracker;

use super::writer::Writer;
use super::{Row, Sql, Value, value};
use crate::Error;

/// Enough for every statement of this crate.
const STATEMENTS: usize = 512;
/// More than the 100 of a usual page, and not so many that large records fill the memory.
const ROWS: usize = 128;
/// Readers wait for each other only while the log is moved into the file; this is far above that.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

#[derive(Clone)]
pub(crate) struct Sqlite {
    pub(super) readers: SqlitePool,
    pub(super) writer: Writer,
    pub(super) metrics: Arc<Metrics>,
}

impl Sqlite {
    pub(super) async fn open(path: &Path, max_connections: u32, tasks: &TaskTracker, metrics: Arc<Metrics>) -> Result<Self, Error> {
        let lock = lock(path)?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // In WAL mode only FULL puts a commit on disk before it is acknowledged.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT)
            .statement_cache_capacity(STATEMENTS)
            // A page of the usual length comes in one go; each wait in between costs two switches of threads.
            .row_buffer_size(ROWS)
            // 64 MiB: the inner pages of the indexes of a few million records.
            .pragma("cache_size", "-65536")
            .disable_statement_logging();
        let mut connection = options.connect().await?;
        Migrator::with_migrations(migrations())
            .run_direct(None, &mut connection, false)
            .await
            .map_err(|error| Error::migration(error, latest_migration()))?;
        let readers = SqlitePoolOptions::new()
            .max_connections(max_connections.max(1))
            // A file does not hang up.
            .test_before_acquire(false)
            .connect_with(options.pragma("query_only", "on").pragma("cache_size", "-8192"))
            .await?;
        Ok(Self { readers, writer: Writer::start(connection, lock, tasks), metrics })
    }

    pub(super) async fn close(&self) {
        self.readers.close().await;
        self.writer.stop().await;
    }
}

/// Holds a lock on a file beside the database for as long as the value lives; the system frees it when the process ends in any way.
pub(crate) fn lock(path: &Path) -> Result<Arc<File>, Error> {
    let failed = |path: &Path, source: std::io::Error| Error::File { path: path.to_owned(), source: source.into() };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    }
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let name = PathBuf::from(name);
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&name).map_err(|error| failed(&name, error))?;
    match file.try_lock() {
        Ok(()) => Ok(Arc::new(file)),
        Err(TryLockError::WouldBlock) => Err(Error::AlreadyOpen { path: path.to_owned() }),
        Err(TryLockError::Error(error)) => Err(failed(&name, error)),
    }
}

/// The last change of the schema that this version knows. Both databases have the same.
pub(crate) fn latest_migration() -> i64 {
    migrations().last().expect("there are migrations").version
}

/// Every change of the schema, in order.
pub(crate) fn migrations() -> Vec<Migration> {
    vec![
        migration(1, "initial", include_str!("../../../../migrations/sqlite/0001_initial.sql")),
        migration(2, "connecting", include_str!("../../../../migrations/sqlite/0002_connecting.sql")),
        migration(3, "key_rotation", include_str!("../../../../migrations/sqlite/0003_key_rotation.sql")),
        migration(4, "access", include_str!("../../../../migrations/sqlite/0004_access.sql")),
        migration(5, "requests", include_str!("../../../../migrations/sqlite/0005_requests.sql")),
        migration(6, "function_source", include_str!("../../../../migrations/sqlite/0006_function_source.sql")),
        migration(7, "function_checkpoints", include_str!("../../../../migrations/sqlite/0007_function_checkpoints.sql")),
        migration(8, "deployments", include_str!("../../../../migrations/sqlite/0008_deployments.sql")),
        migration(9, "queue", include_str!("../../../../migrations/sqlite/0009_queue.sql")),
        migration(10, "incoming_webhooks", include_str!("../../../../migrations/sqlite/0010_incoming_webhooks.sql")),
        migration(11, "outgoing_webhooks", include_str!("../../../../migrations/sqlite/0011_outgoing_webhooks.sql")),
        migration(12, "operations", include_str!("../../../../migrations/sqlite/0012_operations.sql")),
        migration(13, "console", include_str!("../../../../migrations/sqlite/0013_console.sql")),
        migration(14, "webhook_runs", include_str!("../../../../migrations/sqlite/0014_webhook_runs.sql")),
        migration(15, "audit", include_str!("../../../../migrations/sqlite/0015_audit.sql")),
        migration(16, "overview", include_str!("../../../../migrations/sqlite/0016_overview.sql")),
        migration(17, "connection_lists", include_str!("../../../../migrations/sqlite/0017_connection_lists.sql")),
        migration(18, "operators", include_str!("../../../../migrations/sqlite/0018_operators.sql")),
        migration(19, "waiting_runs", include_str!("../../../../migrations/sqlite/0019_waiting_runs.sql")),
        migration(20, "delivery_lists", include_str!("../../../../migrations/sqlite/0020_delivery_lists.sql")),
    ]
}

fn migration(version: i64, name: &'static str, sql: &'static str) -> Migration {
    Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
}

pub(super) async fn execute<'c>(executor: impl Executor<'c, Database = sqlx::Sqlite>, sql: Sql, values: Vec<Value>) -> Result<u64, Error> {
    Ok(sqlx::query_with(sql.sqlite, value::sqlite(values)?).execute(executor).await?.rows_affected())
}

pub(super) async fn rows<'c>(
    executor: impl Executor<'c, Database = sqlx::Sqlite>,
    sql: Sql,
    values: Vec<Value>,
) -> Result<Vec<Row>, Error> {
    let rows = sqlx::query_with(sql.sqlite, value::sqlite(values)?).fetch_all(executor).await?;
    Ok(rows.into_iter().map(Row::Sqlite).collect())
}

pub(super) async fn rows_while(
    pool: &SqlitePool,
    sql: Sql,
    values: Vec<Value>,
    mut wanted: impl FnMut(&Row) -> bool + Send,
) -> Result<Vec<Row>, Error> {
    let mut stream = sqlx::query_with(sql.sqlite, value::sqlite(values)?).fetch(pool);
    let mut rows = Vec::new();
    while let Some(row) = stream.try_next().await?.map(Row::Sqlite) {
        if !wanted(&row) {
            break;
        }
        rows.push(row);
    }
    Ok(rows)
}
