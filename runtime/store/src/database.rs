//! The two databases as one: a thin layer below the nouns, above sqlx.

#[cfg(feature = "testing")]
mod plan;
mod postgres;
mod row;
mod sql;
mod sqlite;
mod transaction;
mod value;
mod writer;

use std::sync::Arc;
use std::time::Instant;

use futures_util::future::BoxFuture;
use syncline_domain::{Metrics, UnderWay};
use tokio_util::task::TaskTracker;

#[cfg(feature = "testing")]
pub(crate) use postgres::migrations as postgres_migrations;
pub(crate) use row::Row;
pub(crate) use sql::Sql;
#[cfg(feature = "testing")]
pub(crate) use sqlite::migrations as sqlite_migrations;
pub(crate) use sqlite::{latest_migration, lock as lock_sqlite};
pub(crate) use transaction::Transaction;
pub(crate) use value::{Value, values};

use crate::Error;
use crate::options::Place;

/// A pool of readers and a way to write, on either database.
#[derive(Clone)]
pub(crate) enum Database {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres::Postgres),
}

impl Database {
    /// Opens it and brings its schema up to date.
    pub(crate) async fn open(place: &Place, max_connections: u32, tasks: &TaskTracker, metrics: Arc<Metrics>) -> Result<Self, Error> {
        match place {
            Place::Sqlite(path) => sqlite::Sqlite::open(path, max_connections, tasks, metrics).await.map(Self::Sqlite),
            Place::Postgres(options) => postgres::Postgres::open(options, max_connections, metrics).await.map(Self::Postgres),
        }
    }

    pub(crate) fn metrics(&self) -> &Arc<Metrics> {
        match self {
            Self::Sqlite(database) => &database.metrics,
            Self::Postgres(database) => &database.metrics,
        }
    }

    /// Connections that are open, and how many of them are idle; on SQLite its readers.
    pub(crate) fn connections_open(&self) -> (usize, usize) {
        match self {
            Self::Sqlite(database) => (database.readers.size() as usize, database.readers.num_idle()),
            Self::Postgres(database) => (database.pool.size() as usize, database.pool.num_idle()),
        }
    }

    /// Whether it is SQLite: for reads whose way, not only whose text, depends on it.
    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }

    /// Reads rows as of one moment.
    pub(crate) async fn rows(&self, sql: impl Into<Sql>, values: Vec<Value>) -> Result<Vec<Row>, Error> {
        let sql = sql.into();
        #[cfg(feature = "testing")]
        plan::note(sql, &values);
        match self {
            Self::Sqlite(database) => sqlite::rows(&database.readers, sql, values).await,
            Self::Postgres(database) => postgres::rows(&database.pool, sql, values).await,
        }
    }

    /// Reads rows for as long as `wanted` says so of each: what comes after is not held in memory.
    pub(crate) async fn rows_while(
        &self,
        sql: impl Into<Sql>,
        values: Vec<Value>,
        wanted: impl FnMut(&Row) -> bool + Send,
    ) -> Result<Vec<Row>, Error> {
        let sql = sql.into();
        #[cfg(feature = "testing")]
        plan::note(sql, &values);
        match self {
            Self::Sqlite(database) => sqlite::rows_while(&database.readers, sql, values, wanted).await,
            Self::Postgres(database) => postgres::rows_while(&database.pool, sql, values, wanted).await,
        }
    }

    /// Reads at most one row.
    pub(crate) async fn row(&self, sql: impl Into<Sql>, values: Vec<Value>) -> Result<Option<Row>, Error> {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }

    /// Does `work` in one transaction: all of it is on disk when this returns `Ok`, none of it happened when it returns `Err`.
    ///
    /// A caller that goes away meanwhile does not learn which; on SQLite the work is then done to its end.
    pub(crate) async fn write<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Transaction) -> BoxFuture<'t, Result<T, Error>> + Send + 'static,
    {
        let write = Write::begin(self.metrics());
        write.end(match self {
            Self::Sqlite(database) => database.writer.write(work).await,
            Self::Postgres(database) => database.write(work).await,
        })
    }

    /// Writes with one statement, and returns how many rows. As [`Self::write`]; PostgreSQL commits it by itself: one round trip instead of three.
    pub(crate) async fn execute(&self, sql: impl Into<Sql>, values: Vec<Value>) -> Result<u64, Error> {
        let (sql, write) = (sql.into(), Write::begin(self.metrics()));
        write.end(match self {
            Self::Sqlite(database) => database.writer.write(move |transaction| Box::pin(transaction.execute(sql, values))).await,
            Self::Postgres(database) => database.noted(postgres::execute(&database.pool, sql, values).await),
        })
    }

    /// The same, and returns the first row that the statement has written, if any.
    pub(crate) async fn execute_returning(&self, sql: impl Into<Sql>, values: Vec<Value>) -> Result<Option<Row>, Error> {
        let (sql, write) = (sql.into(), Write::begin(self.metrics()));
        write.end(match self {
            Self::Sqlite(database) => database.writer.write(move |transaction| Box::pin(transaction.row(sql, values))).await,
            Self::Postgres(database) => {
                database.noted(postgres::rows(&database.pool, sql, values).await).map(|rows| rows.into_iter().next())
            }
        })
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(database) => database.close().await,
            Self::Postgres(database) => database.pool.close().await,
        }
    }
}

/// A write under way, as operators see it.
struct Write<'d> {
    metrics: &'d Metrics,
    _waiting: UnderWay<'d>,
    begun: Instant,
}

impl<'d> Write<'d> {
    fn begin(metrics: &'d Metrics) -> Self {
        Self { metrics, _waiting: metrics.database_writes_waiting.enter(), begun: Instant::now() }
    }

    fn end<T>(self, written: Result<T, Error>) -> Result<T, Error> {
        self.metrics.database_write.record(self.begun.elapsed());
        if matches!(written, Err(Error::Database(_) | Error::DiskFull(_) | Error::NotWritable(_))) {
            self.metrics.database_writes_failed.increment();
        }
        written
    }
}
