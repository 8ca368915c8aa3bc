//! How the databases would answer the statements that some work makes: for tests that hold pages to their indexes.

use std::cell::RefCell;

use sqlx::{AssertSqlSafe, Row as _};

use super::{Database, Sql, Value, value};
use crate::Error;

tokio::task_local! {
    static SEEN: RefCell<Vec<(Sql, Vec<Value>)>>;
}

/// Remembers a statement that reads, where somebody listens.
pub(super) fn note(sql: Sql, values: &[Value]) {
    _ = SEEN.try_with(|seen| seen.borrow_mut().push((sql, values.to_vec())));
}

impl Database {
    /// Does `work`; each statement by which it read, with its plan, a step a line.
    pub(crate) async fn plans<T>(&self, work: impl Future<Output = T>) -> Result<(T, Vec<(String, String)>), Error> {
        let listening = async {
            let done = work.await;
            (done, SEEN.with(RefCell::take))
        };
        let (done, seen) = SEEN.scope(RefCell::default(), listening).await;
        let mut plans = Vec::new();
        for (sql, values) in seen {
            plans.push(self.explain(sql, values).await?);
        }
        Ok((done, plans))
    }

    async fn explain(&self, sql: Sql, values: Vec<Value>) -> Result<(String, String), Error> {
        match self {
            Self::Sqlite(database) => {
                let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", sql.sqlite));
                let rows = sqlx::query_with(explain, value::sqlite(values)?).fetch_all(&database.readers).await?;
                let steps: Result<Vec<String>, _> = rows.iter().map(|row| row.try_get("detail")).collect();
                Ok((sql.sqlite.to_owned(), steps?.join("\n")))
            }
            Self::Postgres(database) => {
                let mut transaction = database.pool.begin().await?;
                // In a small table reading all of it is the best plan. Without that one it shows whether there is another.
                sqlx::query("SET LOCAL enable_seqscan = off").execute(&mut *transaction).await?;
                let explain = AssertSqlSafe(format!("EXPLAIN {}", sql.postgres));
                let rows = sqlx::query_with(explain, value::postgres(values)?).fetch_all(&mut *transaction).await?;
                transaction.rollback().await?;
                let steps: Result<Vec<String>, _> = rows.iter().map(|row| row.try_get(0)).collect();
                Ok((sql.postgres.to_owned(), steps?.join("\n")))
            }
        }
    }
}
