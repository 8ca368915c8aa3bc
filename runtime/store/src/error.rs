//! What can go wrong here, as far as a caller would treat it differently.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use syncline_domain::RecordDefect;

/// An operation of the store that did not happen.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// Something with this name exists already, or what it refers to is gone.
    #[error("{constraint} stands in the way")]
    Conflict {
        /// Which rule of the schema refused.
        constraint: Constraint,
    },
    /// The job's lease was lost to another worker, or the job was taken back. Nothing of the operation was written.
    #[error("the lease of the job was lost")]
    Fenced,
    /// The text is no cursor of this collection.
    #[error("the cursor does not belong to these records; start again without one")]
    Cursor,
    /// There are as many of these as there may be.
    #[error("there are {limit} already, and there cannot be more")]
    Full {
        /// How many there may be.
        limit: u32,
    },
    /// Delete tracking was ended without having been started.
    #[error("delete tracking was not started for this model")]
    NotTracking,
    /// Merging gave a record that cannot be saved.
    #[error(transparent)]
    Record(#[from] RecordDefect),
    /// A row that cannot be read: written by a newer version, altered by hand, or its ciphertext does not belong to it.
    #[error("cannot read column `{column}` of row {row} in table `{table}`")]
    Inconsistency {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's identity.
        row: String,
    },
    /// The database was encrypted with another key.
    #[error("the encryption key does not fit this database; start with the key that it was created with")]
    WrongKey,
    /// Servers are moving to another master key.
    #[error("servers are moving to another encryption key; finish that with `syncline keys retire`, then rotate")]
    MasterKeyChanging,
    /// Another server holds the SQLite file.
    #[error("another server has the database {} open; stop it first, or use PostgreSQL for several servers", path.display())]
    AlreadyOpen {
        /// The database file.
        path: PathBuf,
    },
    /// The URL does not name a database.
    #[error("{0}")]
    Url(String),
    /// The schema could not be brought up to date.
    #[error("cannot migrate the database")]
    Migration(#[source] Arc<sqlx::migrate::MigrateError>),
    /// A later version has been here.
    #[error(
        "the database was changed by a newer version of Syncline (its schema is {found}, this version knows {known}); start that version again, or \
         restore the backup that was made before the upgrade"
    )]
    NewerSchema {
        /// The last migration in it.
        found: i64,
        /// The last one of this version.
        known: i64,
    },
    /// The file system refused.
    #[error("cannot open {}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: Arc<std::io::Error>,
    },
    /// The database's disk is full. Nothing of the operation was written.
    #[error("the disk of the database is full")]
    DiskFull(#[source] DatabaseError),
    /// The database takes no writes: its file system or it itself is read-only, or its disk fails. Nothing of the operation was written.
    #[error("the database takes no writes")]
    NotWritable(#[source] DatabaseError),
    /// The store is closed, or the operation was dropped with its caller.
    #[error("the database is closed")]
    Closed,
    /// Everything else that the database says.
    #[error("the database failed")]
    Database(#[source] DatabaseError),
}

/// An error of the database driver; opaque, for the log.
#[derive(Clone, Debug)]
pub struct DatabaseError(Arc<sqlx::Error>);

/// A rule of the schema that callers can run into.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Constraint {
    /// An environment's name is taken.
    Environment,
    /// This API key, or one of its name in its environment, exists.
    ApiKey,
    /// An integration's key is taken in its environment.
    Integration,
    /// A connection's id is taken in its integration, or the connection to override is gone.
    Connection,
    /// The session was used already, or it is gone.
    ConnectSession,
    /// The integration has a function of this kind and name.
    Function,
    /// The sync exists on this connection and variant.
    Sync,
    /// The run exists.
    Run,
    /// A job with this unique key is active.
    Job,
    /// An operator's name is taken.
    Operator,
    /// What the row refers to does not exist (any more).
    Reference,
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Environment => "an environment of this name",
            Self::ApiKey => "an API key of this name",
            Self::Integration => "an integration with this key",
            Self::Connection => "a connection with this id",
            Self::ConnectSession => "a session that was used already",
            Self::Function => "a function of this name",
            Self::Sync => "the same sync",
            Self::Run => "a run with this id",
            Self::Job => "an active job for the same",
            Self::Operator => "an operator of this name",
            Self::Reference => "a reference to something that is gone",
        })
    }
}

impl Error {
    /// What kept the schema from being brought up to date; `known` is this version's.
    pub(crate) fn migration(error: sqlx::migrate::MigrateError, known: i64) -> Self {
        match error {
            // Migrations are never taken back, so one that is missing here is of a later version.
            sqlx::migrate::MigrateError::VersionMissing(found) => Self::NewerSchema { found, known },
            error => Self::Migration(error.into()),
        }
    }

    /// What the database would say if it were asked to write.
    pub(crate) fn read_only() -> Self {
        Self::NotWritable(DatabaseError(Arc::new(sqlx::Error::Protocol("transactions are read-only".to_owned()))))
    }

    pub(crate) fn inconsistency(table: &'static str, column: &'static str, row: impl fmt::Display) -> Self {
        Self::Inconsistency { table, column, row: row.to_string() }
    }
}

impl fmt::Display for DatabaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for DatabaseError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if let sqlx::Error::PoolClosed = error {
            return Self::Closed;
        }
        if let Some(constraint) = error.as_database_error().and_then(constraint) {
            return Self::Conflict { constraint };
        }
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code).unwrap_or_default();
        let (full, not_writable) = (DISK_FULL.contains(&&*code), is_not_writable(&code));
        let error = DatabaseError(Arc::new(error));
        match () {
            () if full => Self::DiskFull(error),
            () if not_writable => Self::NotWritable(error),
            () => Self::Database(error),
        }
    }
}

/// PostgreSQL's `read_only_sql_transaction`, of a standby for example; SQLite's `SQLITE_READONLY` in all its kinds, and `SQLITE_IOERR` where it is
/// about writing: a write, the three ways to put it on disk, and a log that cannot grow.
fn is_not_writable(code: &str) -> bool {
    const READONLY: u32 = 8;
    const WRITE: u32 = 778;
    const FSYNC: u32 = 1034;
    const DIR_FSYNC: u32 = 1290;
    const TRUNCATE: u32 = 1546;
    const SHMSIZE: u32 = 4874;
    let of_sqlite = code.parse().is_ok_and(|code: u32| {
        // SQLite's codes are below 2^16, PostgreSQL's have five digits.
        code & 0xff == READONLY || [WRITE, FSYNC, DIR_FSYNC, TRUNCATE, SHMSIZE].contains(&code)
    });
    code == "25006" || (code.len() < 5 && of_sqlite)
}

/// `SQLITE_FULL`, and `disk_full` of PostgreSQL.
const DISK_FULL: [&str; 2] = ["13", "53100"];

/// SQLite names no constraint, only `UNIQUE constraint failed: table.column, ...`; so the table decides on both databases.
fn constraint(error: &dyn sqlx::error::DatabaseError) -> Option<Constraint> {
    if error.is_foreign_key_violation() {
        return Some(Constraint::Reference);
    }
    if !error.is_unique_violation() {
        return None;
    }
    let table = error.table().or_else(|| error.message().rsplit_once(": ").and_then(|(_, columns)| columns.split('.').next()))?;
    match table {
        "environments" => Some(Constraint::Environment),
        "api_keys" => Some(Constraint::ApiKey),
        "integrations" => Some(Constraint::Integration),
        "connections" => Some(Constraint::Connection),
        "connect_sessions" => Some(Constraint::ConnectSession),
        "functions" => Some(Constraint::Function),
        "syncs" => Some(Constraint::Sync),
        "runs" => Some(Constraint::Run),
        "jobs" => Some(Constraint::Job),
        "operators" => Some(Constraint::Operator),
        _ => None,
    }
}
