//! Copies of a SQLite database: made while a server works on it, and put in its place again.
//!
//! ```text
//! backup:  read transaction ─▶ VACUUM INTO a new file ─▶ integrity_check ─▶ fsync ─▶ its name
//! restore: the server's lock ─▶ integrity_check, schema ─▶ copy ─▶ fsync ─▶ the old files aside ─▶ its name
//! ```
//!
//! A file that bears its final name is whole: until then it is called `.partial`.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Row as _, SqliteConnection};

use crate::Error;
use crate::database::{latest_migration, lock_sqlite};

/// A copy that was not made, or not put in place.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is nothing to copy.
    #[error("there is no database at {}", .0.display())]
    Missing(PathBuf),
    /// Nothing is written over.
    #[error("{} exists already", .0.display())]
    Exists(PathBuf),
    /// The file is no database, or a damaged one.
    #[error("{} is not a whole database of Syncline: {finding}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        finding: String,
    },
    /// The file system refused.
    #[error("{} cannot be written", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The database refused, or a server has it open.
    #[error(transparent)]
    Store(#[from] Error),
}

/// What a copy is.
#[derive(Debug)]
pub struct Copied {
    /// How long the file is.
    pub size_bytes: u64,
    /// The last migration in it.
    pub schema: i64,
    /// Where a replaced database went.
    pub aside: Option<PathBuf>,
}

/// Copies the database to a new file, as of one moment. A server may work on it meanwhile, and goes on writing.
pub async fn backup(database: &Path, to: &Path) -> Result<Copied, BackupError> {
    if !database.is_file() {
        return Err(BackupError::Missing(database.to_owned()));
    }
    if to.exists() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let partial = with_suffix(to, ".partial");
    private(&partial).map_err(|source| BackupError::File { path: partial.clone(), source })?;
    let copied = async {
        let mut from = SqliteConnectOptions::new().filename(database).disable_statement_logging().connect().await.map_err(Error::from)?;
        let name = partial.to_str().ok_or_else(|| BackupError::Damaged { path: to.to_owned(), finding: "its name is not UTF-8".into() })?;
        sqlx::query("VACUUM INTO $1").bind(name).execute(&mut from).await.map_err(Error::from)?;
        from.close().await.map_err(Error::from)?;
        let schema = check(&partial).await?;
        finish(&partial, to, schema, None).map_err(|source| BackupError::File { path: to.to_owned(), source })
    }
    .await;
    if copied.is_err() {
        _ = std::fs::remove_file(&partial);
    }
    copied
}

/// Puts a copy in the place of the database. With `replace`, one that is there is put aside, never deleted.
pub async fn restore(from: &Path, database: &Path, replace: bool) -> Result<Copied, BackupError> {
    if !from.is_file() {
        return Err(BackupError::Missing(from.to_owned()));
    }
    // Held to the end: no server starts meanwhile.
    let _lock = lock_sqlite(database)?;
    if database.exists() && !replace {
        return Err(BackupError::Exists(database.to_owned()));
    }
    let schema = check(from).await?;
    let partial = with_suffix(database, ".partial");
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| BackupError::File { path, source }
    };
    private(&partial).and_then(|mut file| io::copy(&mut File::open(from)?, &mut file)).map_err(failed(&partial))?;
    // An administrator restores, and the server that starts afterwards is somebody less: who owns the folder.
    for path in [&partial, &with_suffix(database, ".lock")] {
        give_to_owner_of_folder(path).map_err(failed(path))?;
    }
    let aside = put_aside(database).map_err(failed(database))?;
    finish(&partial, database, schema, aside).map_err(failed(database))
}

/// A whole database of ours, and not of a later version than this. Returns its last migration.
async fn check(path: &Path) -> Result<i64, BackupError> {
    let damaged = |finding: String| BackupError::Damaged { path: path.to_owned(), finding };
    // Nobody else writes to a copy; without `immutable`, opening it would leave files beside it.
    let options = SqliteConnectOptions::new().filename(path).read_only(true).immutable(true).disable_statement_logging();
    let read = async {
        let mut connection: SqliteConnection = options.connect().await?;
        let finding: String = sqlx::query("PRAGMA integrity_check(1)").fetch_one(&mut connection).await?.try_get(0)?;
        let sql = "SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations WHERE success";
        let schema: i64 = sqlx::query(sql).fetch_one(&mut connection).await?.try_get(0)?;
        Ok::<_, sqlx::Error>((finding, schema))
    };
    let (finding, schema) = read.await.map_err(|error| damaged(error.to_string()))?;
    if finding != "ok" {
        return Err(damaged(finding));
    }
    if schema > latest_migration() {
        return Err(Error::NewerSchema { found: schema, known: latest_migration() }.into());
    }
    Ok(schema)
}

/// Everything of a database that is in the way, its log included: over another database's pages it would be read as theirs.
fn put_aside(database: &Path) -> io::Result<Option<PathBuf>> {
    let mut number = 1;
    let aside = loop {
        let path = with_suffix(database, &format!(".replaced-{number}"));
        if !path.exists() && !with_suffix(&path, "-wal").exists() {
            break path;
        }
        number += 1;
    };
    let mut moved = None;
    for part in ["-wal", ""] {
        let from = with_suffix(database, part);
        if from.exists() {
            std::fs::rename(&from, with_suffix(&aside, part))?;
            moved = Some(aside.clone());
        }
    }
    match std::fs::remove_file(with_suffix(database, "-shm")) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(moved),
    }
}

/// Does nothing where it is theirs already.
#[cfg(unix)]
fn give_to_owner_of_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, chown};
    let (folder, file) = (folder(path).metadata()?, path.metadata()?);
    if folder.uid() == file.uid() {
        return Ok(());
    }
    chown(path, Some(folder.uid()), Some(folder.gid()))
}

#[cfg(not(unix))]
fn give_to_owner_of_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// On disk under its name, or not at all.
fn finish(partial: &Path, path: &Path, schema: i64, aside: Option<PathBuf>) -> io::Result<Copied> {
    let file = File::open(partial)?;
    file.sync_all()?;
    let size_bytes = file.metadata()?.len();
    std::fs::rename(partial, path)?;
    File::open(folder(path))?.sync_all()?;
    Ok(Copied { size_bytes, schema, aside })
}

/// A new, empty file that only its owner reads: it holds hashes of keys, and everything that is encrypted.
fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
