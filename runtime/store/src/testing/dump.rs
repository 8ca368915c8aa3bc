//! All that a database holds, for whoever says that nothing of it changes.

use std::collections::BTreeMap;

use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, Row as _};

use super::TestDatabase;
use crate::DatabaseUrl;
use crate::options::Place;

/// Rows as text, by table, in an order of their own.
pub type Dump = BTreeMap<String, Vec<String>>;

impl TestDatabase {
    /// Every row of every table. Others may have the database open.
    pub async fn dump(&self) -> Dump {
        match DatabaseUrl::parse(&self.url).expect("made by this").0 {
            Place::Sqlite(path) => {
                let mut connection = SqliteConnectOptions::new().filename(path).connect().await.expect("the file opens");
                let dump = sqlite(&mut connection).await.expect("the database is readable");
                connection.close().await.expect("the file closes");
                dump
            }
            Place::Postgres(options) => {
                let mut connection = PgConnection::connect_with(&options).await.expect("the cluster answers");
                let dump = postgres(&mut connection).await.expect("the database is readable");
                connection.close().await.expect("the cluster lets go");
                dump
            }
        }
    }
}

async fn sqlite(connection: &mut SqliteConnection) -> Result<Dump, sqlx::Error> {
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
    let mut dump = Dump::new();
    for table in connection.fetch_all(tables).await? {
        let name: String = table.try_get("name")?;
        let columns = sqlx::query("SELECT name FROM pragma_table_info($1)").bind(&name).fetch_all(&mut *connection).await?;
        let columns: Vec<String> = columns.iter().map(|row| format!("quote(\"{}\")", row.get::<String, _>("name"))).collect();
        let sql = format!("SELECT {} AS line FROM \"{name}\" ORDER BY line", columns.join(" || '|' || "));
        let rows = connection.fetch_all(AssertSqlSafe(sql)).await?;
        dump.insert(name, rows.iter().map(|row| row.get("line")).collect());
    }
    Ok(dump)
}

async fn postgres(connection: &mut PgConnection) -> Result<Dump, sqlx::Error> {
    let tables = "SELECT relname::text AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition";
    let mut dump = Dump::new();
    for table in connection.fetch_all(tables).await? {
        let name: String = table.try_get("name")?;
        let sql = format!("SELECT t::text AS line FROM \"{name}\" t ORDER BY line");
        let rows = connection.fetch_all(AssertSqlSafe(sql)).await?;
        dump.insert(name, rows.iter().map(|row| row.get("line")).collect());
    }
    Ok(dump)
}
