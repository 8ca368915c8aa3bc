//! A transaction under way.

use sqlx::{Postgres, SqliteConnection};

use super::{Row, Sql, Value, postgres, sqlite};
use crate::Error;

/// A transaction under way on either database.
pub(crate) enum Transaction {
    Sqlite(SqliteConnection),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

impl Transaction {
    /// Returns how many rows were written.
    pub(crate) async fn execute(&mut self, sql: impl Into<Sql>, values: Vec<Value>) -> Result<u64, Error> {
        match self {
            Self::Sqlite(connection) => sqlite::execute(connection, sql.into(), values).await,
            Self::Postgres(transaction) => postgres::execute(&mut **transaction, sql.into(), values).await,
        }
    }

    /// Returns what was selected, or written with `RETURNING`.
    pub(crate) async fn rows(&mut self, sql: impl Into<Sql>, values: Vec<Value>) -> Result<Vec<Row>, Error> {
        match self {
            Self::Sqlite(connection) => sqlite::rows(connection, sql.into(), values).await,
            Self::Postgres(transaction) => postgres::rows(&mut **transaction, sql.into(), values).await,
        }
    }

    /// Returns the first row, if any.
    pub(crate) async fn row(&mut self, sql: impl Into<Sql>, values: Vec<Value>) -> Result<Option<Row>, Error> {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }

    /// For what only one database can do.
    pub(crate) const fn is_sqlite(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }
}
