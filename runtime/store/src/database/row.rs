//! A row that came back.

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Decode, Postgres, Row as _, Sqlite, Type};
use syncline_domain::Timestamp;

use crate::Error;

/// A row of either database; columns are found by name.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    /// The column's value: `i64`, `String`, `Vec<u8>`, `bool`, or an `Option` of these.
    pub(crate) fn get<T>(&self, column: &str) -> Result<T, Error>
    where
        T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>,
    {
        Ok(match self {
            // Unchecked, because SQLite has types for values and none for the columns of an expression.
            Self::Sqlite(row) => row.try_get_unchecked(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    /// A column of microseconds.
    pub(crate) fn time(&self, column: &str) -> Result<Timestamp, Error> {
        Ok(Timestamp::from_unix_micros(self.get(column)?))
    }

    /// A column of microseconds that may be empty.
    pub(crate) fn optional_time(&self, column: &str) -> Result<Option<Timestamp>, Error> {
        Ok(self.get::<Option<i64>>(column)?.map(Timestamp::from_unix_micros))
    }

    /// A text column that holds a domain value. `table` is for the error only.
    pub(crate) fn parse<T>(&self, table: &'static str, column: &'static str, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, Error> {
        let text: String = self.get(column)?;
        parse(&text).ok_or_else(|| self.inconsistent(table, column))
    }

    /// As [`Self::parse`], for a column that may be empty.
    pub(crate) fn parse_optional<T>(
        &self,
        table: &'static str,
        column: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        let text: Option<String> = self.get(column)?;
        text.map(|text| parse(&text).ok_or_else(|| self.inconsistent(table, column))).transpose()
    }

    fn inconsistent(&self, table: &'static str, column: &'static str) -> Error {
        let row = self.get::<i64>("id").map(|id| id.to_string()).or_else(|_| self.get::<String>("id")).unwrap_or_default();
        Error::inconsistency(table, column, row)
    }
}
