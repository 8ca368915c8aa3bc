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
