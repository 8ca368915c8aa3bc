//! Where the database is, and with which key it is read.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;
use zeroize::ZeroizeOnDrop;

use crate::Error;

/// What [`crate::Store::open`] needs.
#[derive(Clone, Debug)]
pub struct Options {
    /// The database.
    pub url: DatabaseUrl,
    /// Opens the data keys in it.
    pub keys: MasterKey,
    /// At most so many connections (SQLite: readers).
    pub max_connections: u32,
}

/// The key-encryption key: wraps the data keys in the database and encrypts nothing else.
#[derive(Clone, ZeroizeOnDrop)]
pub struct MasterKey([u8; 32]);

impl MasterKey {
    /// Takes 32 random bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(..)")
    }
}

/// `sqlite://relative/path.db`, `sqlite:///absolute/path.db` or `postgres://user@host/database`.
#[derive(Clone)]
pub struct DatabaseUrl(pub(crate) Place);

#[derive(Clone)]
pub(crate) enum Place {
    Sqlite(PathBuf),
    Postgres(Box<PgConnectOptions>),
}

impl DatabaseUrl {
    /// Reads a URL. The error tells which forms there are and never repeats a password.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if let Some(path) = text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:")) {
            let path = path.split('?').next().unwrap_or_default();
            return match path {
                "" => Err(Error::Url("the database URL names no file; write for example sqlite://./syncline.db".to_owned())),
                ":memory:" => Err(Error::Url("a database in memory would lose everything; name a file: sqlite://./syncline.db".to_owned())),
                path => Ok(Self::sqlite(path)),
            };
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return PgConnectOptions::from_str(text)
                .map(|options| Self(Place::Postgres(Box::new(options))))
                .map_err(|_| Error::Url("the PostgreSQL URL is malformed; write postgres://USER:PASSWORD@HOST:PORT/DATABASE".to_owned()));
        }
        Err(Error::Url("the database URL must begin with sqlite:// or postgres://".to_owned()))
    }

    /// A SQLite file.
    pub fn sqlite(path: impl AsRef<Path>) -> Self {
        Self(Place::Sqlite(path.as_ref().to_owned()))
    }

    /// The file, where it is SQLite.
    pub fn sqlite_path(&self) -> Option<&Path> {
        match &self.0 {
            Place::Sqlite(path) => Some(path),
            Place::Postgres(_) => None,
        }
    }

    /// `SQLite` or `PostgreSQL`, for people.
    pub const fn kind(&self) -> &'static str {
        match self.0 {
            Place::Sqlite(_) => "SQLite",
            Place::Postgres(_) => "PostgreSQL",
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Place::Postgres(options) => write!(f, "postgres://{}:{}", options.get_host(), options.get_port()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_the_key_nor_the_password_is_shown() {
        let options = Options {
            url: DatabaseUrl::parse("postgres://me:canary@localhost/db").unwrap(),
            keys: MasterKey::new([77; 32]),
            max_connections: 1,
        };
        let shown = format!("{options:?}");
        assert!(!shown.contains("canary") && !shown.contains("77"), "{shown}");
        for bad in ["", "mysql://x", "sqlite://", "sqlite://:memory:", "sqlite::memory:", "postgres://me:canary@[/"] {
            assert!(!DatabaseUrl::parse(bad).unwrap_err().to_string().contains("canary"), "{bad}");
        }
    }
}
