//! Rotation of the keys of encryption at rest.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use syncline_domain::Clock as _;
use syncline_store::testing::TestDatabase;
use syncline_store::{Error, MasterKey, Options, Reencryption, Store, on_each_database};

use crate::fixture::{World, issues, query};

/// Another node on PostgreSQL; the same one on SQLite, which has only one.
async fn other_node(options: Options, world: &World) -> Store {
    match Store::open(options, world.clock.clone()).await {
        Ok(store) => store,
        Err(Error::AlreadyOpen { .. }) => world.store.clone(),
        Err(error) => panic!("{error}"),
    }
}

fn with_key(database: &TestDatabase, key: [u8; 32]) -> Options {
    Options { keys: MasterKey::new(key), ..database.options() }
}

async fn reencrypt(store: &Store) -> Reencryption {
    let mut progress = Reencryption::default();
    while store.keys().reencrypt_step(&mut progress, 7).await.unwrap() {}
    progress
}

on_each_database! {
    /// X4
    async fn rotating_while_two_nodes_read_and_write_fails_nobody(database) {
        let options = database.options();
        let world = World::new(database).await;
        let connection = world.connect("c").await;
        let of = issues(connection);
        let texts: Vec<String> = (0..50).map(|id| format!(r#"{{"id":"{id}","title":"canary"}}"#)).collect();
        world.save(&of, &texts.iter().map(String::as_str).collect::<Vec<_>>()).await;
        let run = world.run(1, None);
        let run_id = run.id;
        world.store.runs().insert(run).await.unwrap();
        let other = other_node(options, &world).await;

        let rotated = world.store.keys().rotate(world.now()).await.unwrap();
        // The other node knows the new key before it encrypts: the head start is longer than its reload.
        other.keys().reload(world.now()).await.unwrap();
        let (stop, reads) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
        let busy = [world.store.clone(), other.clone()].map(|store| {
            let (stop, reads, of) = (stop.clone(), reads.clone(), of.clone());
            let batch = world.batch(&of, &[r#"{"id":"new","title":"written meanwhile"}"#]);
            async move {
                while !stop.load(Ordering::SeqCst) || reads.load(Ordering::SeqCst) < 40 {
                    assert!(store.connections().lookup_with_credentials(connection).await.unwrap().is_some());
                    assert!(store.records().list(query(&of, None, 100)).await.unwrap().records.len() >= 50);
                    store.records().save(batch.clone()).await.unwrap();
                    reads.fetch_add(1, Ordering::SeqCst);
                }
            }
        });
        let [one, two] = busy;
        let rotation = async {
            world.clock.advance(Duration::from_secs(20));
            world.store.keys().reload(world.now()).await.unwrap();
            other.keys().reload(world.now()).await.unwrap();
            assert_eq!((world.store.keys().current(), other.keys().current()), (rotated.id, rotated.id));
            let progress = reencrypt(&world.store).await;
            // Connection, integration, 50 records, a run's input, and whatever was written between.
            assert!(progress.moved >= 53 && progress.broken == 0, "{progress:?}");
            stop.store(true, Ordering::SeqCst);
        };
        tokio::join!(one, two, rotation);
        world.store.keys().note_reencrypted(rotated.id, world.now()).await.unwrap();

        assert_eq!(reencrypt(&world.store).await.moved, 0, "nothing is left under the old key");
        assert!(other.runs().lookup(run_id).await.unwrap().is_some());
        let listed = other.keys().list().await.unwrap();
        assert_eq!(listed.len(), 2);
        assert_eq!(listed[1].reencrypted_at, Some(world.now()));
    }

    /// X4
    async fn a_wrong_master_key_does_not_open_and_a_changed_one_does(database) {
        let (old, new) = ([7; 32], [8; 32]);
        let store = database.open().await;
        let now = database.clock().now();
        store.close().await;
        assert!(matches!(Store::open(with_key(&database, new), database.clock().clone()).await, Err(Error::WrongKey)));

        let store = database.open().await;
        assert!(!store.keys().end_master_change().await.unwrap());
        store.keys().begin_master_change(&MasterKey::new(new), now).await.unwrap();
        assert!(matches!(store.keys().rotate(now).await, Err(Error::MasterKeyChanging)));
        store.close().await;
        for key in [old, new] {
            Store::open(with_key(&database, key), database.clock().clone()).await.unwrap().close().await;
        }
        let store = Store::open(with_key(&database, new), database.clock().clone()).await.unwrap();
        assert!(store.keys().end_master_change().await.unwrap());
        store.keys().reload(now).await.unwrap();
        store.keys().rotate(now).await.unwrap();
        store.close().await;
        assert!(matches!(Store::open(with_key(&database, old), database.clock().clone()).await, Err(Error::WrongKey)));
        Store::open(with_key(&database, new), database.clock().clone()).await.unwrap().close().await;
    }

    /// X4
    async fn a_node_whose_clock_is_behind_starts(database) {
        let store = database.open().await;
        store.close().await;
        let made = database.clock().now();
        database.clock().set(made.minus(Duration::from_hours(1)));
        let store = database.open().await;
        assert_eq!(store.keys().current(), 1);
        // A key that is not active yet decrypts only, here as anywhere.
        store.keys().rotate(made.plus(Duration::from_hours(1))).await.unwrap();
        store.keys().reload(database.clock().now()).await.unwrap();
        assert_eq!(store.keys().current(), 1);
        store.close().await;
    }
}
