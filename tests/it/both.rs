//! One test, two databases.

/// Runs the same test on SQLite and on PostgreSQL.
macro_rules! on_both_databases {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident: $type:ty) $body:block)+) => {$(
        mod $name {
            #[expect(clippy::allow_attributes, reason = "not every test uses what its file imports")]
            #[allow(unused_imports, reason = "not every test uses what its file imports")]
            use super::*;

            async fn test(mut $app: $type) {
                $body
                $app.stop();
            }

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                test(<$type>::start(syncline_store::testing::TestDatabase::sqlite()).await).await;
            }

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                if let Some(database) = syncline_store::testing::TestDatabase::postgres().await {
                    test(<$type>::start(database).await).await;
                }
            }
        }
    )+};
}
pub(crate) use on_both_databases;

/// Runs the same test with functions in the server and in processes of their own.
macro_rules! in_both_isolations {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident) $body:block)+) => {$(
        mod $name {
            #[expect(clippy::allow_attributes, reason = "not every test uses what its file imports")]
            #[allow(unused_imports, reason = "not every test uses what its file imports")]
            use super::*;

            #[expect(clippy::allow_attributes, reason = "not every test changes its server")]
            #[allow(unused_mut, reason = "not every test changes its server")]
            async fn test(mut $app: $crate::app::App) {
                $body
            }

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread")]
            async fn in_process() {
                test($crate::app::App::start(syncline_store::testing::TestDatabase::sqlite()).await).await;
            }

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread")]
            async fn behind_the_wall() {
                let variables = $crate::app::BEHIND_THE_WALL;
                test($crate::app::App::start_in(syncline_store::testing::TestDatabase::sqlite(), variables).await).await;
            }
        }
    )+};
}
pub(crate) use in_both_isolations;
