//! Opening a database.

use syncline_domain::{Clock as _, EnvironmentName};
use syncline_store::testing::{TestDatabase, block_on};
use syncline_store::{Error, MasterKey, Options, Store, on_each_database};

/// D11
#[test]
fn a_second_server_on_one_sqlite_file_is_refused_until_the_first_is_gone() {
    block_on(async {
        let database = TestDatabase::sqlite();
        let first = database.open().await;
        let error = Store::open(database.options(), database.clock().clone()).await.unwrap_err();
        assert!(matches!(error, Error::AlreadyOpen { .. }), "{error:?}");
        assert!(error.to_string().contains("another server has the database"), "{error}");
        first.close().await;
        assert!(matches!(first.probe(database.clock().now()).await, Err(Error::Closed)));
        database.open().await.probe(database.clock().now()).await.unwrap();
    });
}

on_each_database! {
    async fn a_probe_writes_as_often_as_it_is_asked(database) {
        let store = database.open().await;
        for _ in 0..3 {
            store.probe(database.clock().now()).await.unwrap();
        }
    }

    /// X4
    async fn another_master_key_is_refused(database) {
        let store = database.open().await;
        let dev = EnvironmentName::new("dev").unwrap();
        store.environments().ensure(&dev, database.clock().now()).await.unwrap();
        store.close().await;
        let wrong = Options { keys: MasterKey::new([8; 32]), ..database.options() };
        let error = Store::open(wrong, database.clock().clone()).await.unwrap_err();
        assert!(matches!(error, Error::WrongKey), "{error:?}");
        let again = database.open().await;
        assert!(again.environments().lookup_by_name(&dev).await.unwrap().is_some());
    }

    /// What one process wrote another can read: cursors, fingerprints and ciphertexts do not depend on the process.
    async fn keys_survive_a_restart(database) {
        let store = database.open().await;
        let (cursor, print) = (store.cursor_key().0, store.fingerprint_key().0);
        store.close().await;
        let store = database.open().await;
        assert_eq!((store.cursor_key().0, store.fingerprint_key().0), (cursor, print));
        assert_ne!(cursor, print);
    }
}
