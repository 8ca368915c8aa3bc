//! Databases as an earlier version left them.

use sqlx::migrate::{Migration, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, Row as _};

use super::TestDatabase;
use crate::database::{postgres_migrations, sqlite_migrations};
use crate::options::Place;
use crate::{DatabaseUrl, backup};

/// The columns that both have, as SQL.
const COMMON: &str = "SELECT o.table_name AS name, string_agg(quote_ident(o.column_name), ', ') AS columns
    FROM information_schema.columns o
    JOIN information_schema.columns n ON n.table_schema = 'public' AND n.table_name = o.table_name AND n.column_name = o.column_name
    JOIN pg_class c ON c.oid = format('earlier.%I', o.table_name)::regclass AND NOT c.relispartition AND c.relkind IN ('r', 'p')
    WHERE o.table_schema = 'earlier' AND o.table_name <> '_sqlx_migrations' AND o.is_generated = 'NEVER'
    GROUP BY o.table_name";

impl TestDatabase {
    /// Gives the database the schema that it had after migration `level`, and what its rows held then. Nobody may have it open.
    pub async fn take_back_to(&self, level: i64) {
        match DatabaseUrl::parse(&self.url).expect("made by this").0 {
            Place::Sqlite(path) => sqlite(&path, level).await.expect("an earlier schema takes its own rows"),
            Place::Postgres(options) => postgres(&options, level).await.expect("an earlier schema takes its own rows"),
        }
    }

    /// Runs statements as nobody but a test would.
    pub async fn execute(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        match DatabaseUrl::parse(&self.url).expect("made by this").0 {
            Place::Sqlite(path) => {
                let mut connection = SqliteConnectOptions::new().filename(path).connect().await.expect("the file opens");
                connection.execute(sql).await.expect("the database obeys");
                connection.close().await.expect("the file closes");
            }
            Place::Postgres(options) => {
                let mut connection = PgConnection::connect_with(&options).await.expect("the cluster answers");
                connection.execute(sql).await.expect("the database obeys");
                connection.close().await.expect("the cluster lets go");
            }
        }
    }
}

impl TestDatabase {
    /// Reads one whole number.
    pub async fn number(&self, sql: &str) -> i64 {
        let sql = AssertSqlSafe(sql.to_owned());
        match DatabaseUrl::parse(&self.url).expect("made by this").0 {
            Place::Sqlite(path) => {
                let mut connection = SqliteConnectOptions::new().filename(path).connect().await.expect("the file opens");
                let number = connection.fetch_one(sql).await.and_then(|row| row.try_get(0)).expect("a number");
                connection.close().await.expect("the file closes");
                number
            }
            Place::Postgres(options) => {
                let mut connection = PgConnection::connect_with(&options).await.expect("the cluster answers");
                let number = connection.fetch_one(sql).await.and_then(|row| row.try_get(0)).expect("a number");
                connection.close().await.expect("the cluster lets go");
                number
            }
        }
    }
}

fn up_to(level: i64, migrations: Vec<Migration>) -> Migrator {
    Migrator::with_migrations(migrations.into_iter().filter(|migration| migration.version <= level).collect())
}

async fn sqlite(path: &std::path::Path, level: i64) -> Result<(), Box<dyn std::error::Error>> {
    let later = path.with_extension("later");
    backup(path, &later).await?;
    for part in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(part);
        match std::fs::remove_file(name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true).foreign_keys(false);
    let mut connection: SqliteConnection = options.connect().await?;
    up_to(level, sqlite_migrations()).run_direct(None, &mut connection, false).await?;
    sqlx::query("ATTACH $1 AS later").bind(later.to_str()).execute(&mut connection).await?;
    let tables = "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> '_sqlx_migrations'";
    for table in connection.fetch_all(tables).await? {
        let name: String = table.try_get("name")?;
        let common = "SELECT o.name FROM pragma_table_info($1, 'main') o JOIN pragma_table_info($1, 'later') n ON n.name = o.name";
        let columns = sqlx::query(common).bind(&name).fetch_all(&mut connection).await?;
        let columns: Vec<String> = columns.iter().map(|row| format!("\"{}\"", row.get::<String, _>("name"))).collect();
        let columns = columns.join(", ");
        let sql = format!("DELETE FROM main.{name}; INSERT INTO main.{name} ({columns}) SELECT {columns} FROM later.{name}");
        connection.execute(AssertSqlSafe(sql)).await?;
    }
    connection.close().await?;
    Ok(())
}

async fn postgres(options: &PgConnectOptions, level: i64) -> Result<(), Box<dyn std::error::Error>> {
    let mut connection = PgConnection::connect_with(&options.clone().options([("search_path", "earlier")])).await?;
    connection.execute("CREATE SCHEMA earlier").await?;
    up_to(level, postgres_migrations()).run_direct(None, &mut connection, false).await?;
    // No foreign key is asked until everything is there.
    connection.execute("SET session_replication_role = replica").await?;
    for table in connection.fetch_all(COMMON).await? {
        let (name, columns): (String, String) = (table.try_get("name")?, table.try_get("columns")?);
        let sql = format!(
            "DELETE FROM earlier.{name}; INSERT INTO earlier.{name} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM public.{name}"
        );
        connection.execute(AssertSqlSafe(sql)).await?;
    }
    let counters = "SELECT format('SELECT setval(%L, (SELECT COALESCE(MAX(%I), 0) + 1 FROM earlier.%I))',
            pg_get_serial_sequence(format('earlier.%I', table_name), column_name), column_name, table_name) AS statement
        FROM information_schema.columns
        WHERE table_schema = 'earlier' AND pg_get_serial_sequence(format('earlier.%I', table_name), column_name) IS NOT NULL";
    for counter in connection.fetch_all(counters).await? {
        connection.execute(AssertSqlSafe(counter.try_get::<String, _>("statement")?)).await?;
    }
    connection.execute("DROP SCHEMA public CASCADE; ALTER SCHEMA earlier RENAME TO public").await?;
    connection.close().await?;
    Ok(())
}
