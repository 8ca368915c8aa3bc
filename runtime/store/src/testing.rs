//! Databases for tests: a SQLite file in a temporary folder, or a fresh database in a PostgreSQL cluster of the test process's own.
//!
//! [`on_each_database!`](crate::on_each_database) makes two tests of one: every test of the store runs on both.

mod dump;
mod level;
mod plans;
mod postgres;

use std::sync::Arc;

pub use dump::Dump;
pub use postgres::TestCluster;
use syncline_domain::{ManualClock, Timestamp};
use tempfile::TempDir;

use crate::{DatabaseUrl, MasterKey, Options, Store};

/// An empty database that goes with the value.
#[derive(Debug)]
pub struct TestDatabase {
    url: String,
    clock: Arc<ManualClock>,
    _folder: Option<TempDir>,
}

impl TestDatabase {
    /// A new SQLite file.
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        Self { url, clock: clock(), _folder: Some(folder) }
    }

    /// A new PostgreSQL database; `None` where PostgreSQL is not installed, after saying so. Panics then when `CI=true`.
    pub async fn postgres() -> Option<Self> {
        let url = postgres::new_database().await?;
        Some(Self { url, clock: clock(), _folder: None })
    }

    /// The folder of PostgreSQL's programs (`pg_dump` and others), where it is installed.
    pub fn postgres_programs() -> Option<std::path::PathBuf> {
        postgres::programs()
    }

    /// As the server's configuration spells it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The master key of all test databases.
    pub fn key() -> MasterKey {
        MasterKey::new([7; 32])
    }

    /// A clock that stands still until it is moved.
    pub fn clock(&self) -> &Arc<ManualClock> {
        &self.clock
    }

    /// What opens it.
    pub fn options(&self) -> Options {
        Options { url: DatabaseUrl::parse(&self.url).expect("made above"), keys: Self::key(), max_connections: 8 }
    }

    /// Opens it.
    pub async fn open(&self) -> Store {
        Store::open(self.options(), self.clock.clone()).await.expect("a test database opens")
    }
}

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::new(Timestamp::parse("2026-01-01T00:00:00Z").expect("a time")))
}

/// Runs a test on a runtime of its own.
pub fn block_on<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime").block_on(test)
}

/// `async fn name(database: TestDatabase) { .. }` becomes the tests `name::sqlite` and `name::postgres`.
#[macro_export]
macro_rules! on_each_database {
    ($($(#[$meta:meta])* async fn $name:ident($database:ident) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            use super::*;

            async fn test($database: $crate::testing::TestDatabase) $body

            #[test]
            fn sqlite() {
                $crate::testing::block_on(test($crate::testing::TestDatabase::sqlite()));
            }

            #[test]
            fn postgres() {
                $crate::testing::block_on(async {
                    if let Some(database) = $crate::testing::TestDatabase::postgres().await {
                        test(database).await;
                    }
                });
            }
        }
    )+};
}
