//! Environments, their keys and the account's.

use std::time::Duration;

use syncline_domain::{EnvironmentId, EnvironmentName, JobKind, JobState};
use syncline_store::{
    Claim, Constraint, EnvironmentPurge, Error, JobRow, NewAccountKey, NewApiKey, NewEnvironment, Taken, on_each_database,
};

use crate::fixture::{LEASE, World, issues};

fn key(environment: EnvironmentId, name: &str, hash: u8, world: &World) -> NewApiKey {
    let scopes = vec!["environment:proxy".to_owned()];
    NewApiKey { environment, display_name: name.to_owned(), hash: [hash; 32], scopes, now: world.now() }
}

async fn claim(world: &World, kind: JobKind) -> Option<JobRow> {
    let claim = Claim { owner: "test".to_owned(), kinds: vec![kind], limit: 1, lease: LEASE, now: world.now() };
    world.store.jobs().claim(claim).await.unwrap().pop()
}

fn environment(name: &str, world: &World) -> NewEnvironment {
    NewEnvironment { name: EnvironmentName::new(name).unwrap(), is_production: false, now: world.now() }
}

on_each_database! {
    async fn an_api_key_is_found_by_its_hash_only_while_it_lives(database) {
        let world = World::new(database).await;
        let keys = world.store.api_keys();
        let made = keys.insert(key(world.environment, "ci", 1, &world), 50).await.unwrap();
        assert_eq!((made.display_name.as_str(), made.hash, made.environment_name.as_str()), ("ci", [1; 32], "dev"));
        for taken in [key(world.environment, "ci", 2, &world), key(world.environment, "other", 1, &world)] {
            let taken = keys.insert(taken, 50).await;
            assert!(matches!(taken, Err(Error::Conflict { constraint: Constraint::ApiKey })), "{taken:?}");
        }
        let found = keys.lookup_by_hash(&[1; 32]).await.unwrap().unwrap();
        assert_eq!((found.id, found.scopes), (made.id, vec!["environment:proxy".to_owned()]));
        assert!(keys.delete(world.environment, made.id).await.unwrap());
        assert!(!keys.delete(world.environment, made.id).await.unwrap());
        assert!(keys.lookup_by_hash(&[1; 32]).await.unwrap().is_none());
        // Its name is free again.
        keys.insert(key(world.environment, "ci", 1, &world), 50).await.unwrap();
    }

    async fn an_environment_has_no_more_keys_than_it_may_however_many_are_made_at_once(database) {
        let world = World::new(database).await;
        let made = futures_util::future::join_all((1..=8).map(|n| {
            let (store, key) = (world.store.clone(), key(world.environment, &format!("k{n}"), n, &world));
            async move { store.api_keys().insert(key, 3).await }
        }))
        .await;
        assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 3);
        assert!(made.iter().all(|made| matches!(made, Ok(_) | Err(Error::Full { limit: 3 }))), "{made:?}");
        assert_eq!(world.store.api_keys().list(world.environment).await.unwrap().len(), 3);
    }

    async fn a_configured_key_is_there_after_every_start_and_ends_no_other_unless_it_stands_for_the_name(database) {
        let world = World::new(database).await;
        let keys = world.store.api_keys();
        let names = || async { keys.list(world.environment).await.unwrap().into_iter().map(|key| key.display_name).collect::<Vec<_>>() };
        for _ in 0..2 {
            keys.ensure(key(world.environment, "default", 1, &world), Taken::Rename).await.unwrap();
        }
        assert_eq!(names().await, ["default"]);
        for _ in 0..2 {
            keys.ensure(key(world.environment, "default", 2, &world), Taken::Rename).await.unwrap();
        }
        assert_eq!(names().await, ["default", "default 02020202"]);
        // Declared: the name stands for the key, whatever it was called before.
        for _ in 0..2 {
            keys.ensure(key(world.environment, "default", 2, &world), Taken::Replace).await.unwrap();
        }
        assert_eq!(names().await, ["default"]);
        assert!(keys.lookup_by_hash(&[1; 32]).await.unwrap().is_none());
        // Configured for another environment, it opens this one no more.
        let other = world.store.environments().insert(environment("other", &world), 100).await.unwrap().id;
        keys.ensure(key(other, "default", 2, &world), Taken::Rename).await.unwrap();
        assert_eq!(keys.lookup_by_hash(&[2; 32]).await.unwrap().unwrap().environment, other);
        assert_eq!(names().await, [""; 0]);
    }

    async fn an_account_key_is_found_by_its_hash_and_opens_no_environment(database) {
        let world = World::new(database).await;
        let new = NewAccountKey { display_name: "default".to_owned(), hash: [7; 32], scopes: vec!["account:*".to_owned()], now: world.now() };
        for _ in 0..2 {
            world.store.account_keys().ensure(new.clone()).await.unwrap();
        }
        let found = world.store.account_keys().lookup_by_hash(&[7; 32]).await.unwrap().unwrap();
        assert_eq!((found.display_name.as_str(), found.hash, found.scopes), ("default", [7; 32], new.scopes));
        assert!(world.store.account_keys().lookup_by_hash(&[8; 32]).await.unwrap().is_none());
        assert!(world.store.api_keys().lookup_by_hash(&[7; 32]).await.unwrap().is_none());
    }

    async fn environments_have_names_of_their_own_and_are_not_too_many(database) {
        let world = World::new(database).await;
        let environments = world.store.environments();
        let made = environments.insert(environment("staging", &world), 2).await.unwrap();
        let taken = environments.insert(environment("staging", &world), 2).await;
        assert!(matches!(taken, Err(Error::Conflict { constraint: Constraint::Environment })), "{taken:?}");
        let full = environments.insert(environment("more", &world), 2).await;
        assert!(matches!(full, Err(Error::Full { limit: 2 })), "{full:?}");
        assert_eq!(environments.lookup_by_uuid(made.uuid).await.unwrap().unwrap().id, made.id);
        let prod = environments.ensure(&EnvironmentName::new("prod").unwrap(), world.now()).await.unwrap();
        assert!(prod.is_production && !made.is_production);
    }

    async fn a_deleted_environment_is_gone_at_once_and_leaves_nothing_in_the_end(database) {
        let world = World::new(database).await;
        let environments = world.store.environments();
        let kept = environments.insert(environment("kept", &world), 100).await.unwrap();
        world.store.api_keys().insert(key(world.environment, "ci", 1, &world), 50).await.unwrap();
        let connection = world.connect("ada").await;
        let run = world.run(1, None);
        let run_id = run.id;
        world.store.runs().insert(run).await.unwrap();
        world.save(&issues(connection), &[r#"{"id":1}"#, r#"{"id":2}"#]).await;
        let dev = environments.lookup(world.environment).await.unwrap().unwrap();

        assert!(environments.delete(dev.id, world.now()).await.unwrap());
        assert!(!environments.delete(dev.id, world.now()).await.unwrap());
        assert!(world.store.api_keys().lookup_by_hash(&[1; 32]).await.unwrap().is_none());
        assert!(environments.lookup_by_uuid(dev.uuid).await.unwrap().is_none());
        assert_eq!(environments.list().await.unwrap().iter().map(|row| row.id).collect::<Vec<_>>(), [kept.id]);
        let late = world.store.api_keys().insert(key(dev.id, "late", 2, &world), 50).await;
        assert!(matches!(late, Err(Error::Conflict { constraint: Constraint::Reference })), "{late:?}");
        // The name is free, and what is made under it is not purged with the old.
        let again = environments.ensure(&dev.name, world.now()).await.unwrap();
        assert_ne!(again.id, dev.id);

        // Not before callers that were let in a moment ago are done.
        assert!(claim(&world, JobKind::PurgeEnvironment).await.is_none());
        world.clock.advance(Duration::from_secs(5));
        let purge = claim(&world, JobKind::PurgeEnvironment).await.expect("a job empties the environment");
        let mut steps = 0;
        while environments.purge_step(purge.environment, world.now()).await.unwrap() == EnvironmentPurge::More {
            steps += 1;
            assert!(steps < 20, "it comes to an end");
        }
        assert_eq!(environments.purge_step(dev.id, world.now()).await.unwrap(), EnvironmentPurge::Waiting);
        let rows = claim(&world, JobKind::PurgeConnection).await.expect("a job empties the connection");
        assert_eq!(rows.connection, Some(connection));
        while world.store.connections().purge_step(connection, 100).await.unwrap() {}
        assert_eq!(environments.purge_step(dev.id, world.now()).await.unwrap(), EnvironmentPurge::Done);
        assert_eq!(environments.purge_step(dev.id, world.now()).await.unwrap(), EnvironmentPurge::Done);
        // A purge does not cancel itself.
        assert_eq!(world.store.jobs().lookup(purge.id).await.unwrap().unwrap().state, JobState::Running);
        assert!(world.store.records().counts(connection).await.unwrap().is_empty());
        assert!(world.store.runs().lookup(run_id).await.unwrap().is_none());
        assert!(world.store.integrations().list(dev.id).await.unwrap().is_empty());
        assert!(environments.lookup(again.id).await.unwrap().is_some());
    }

    async fn points_of_a_window_are_counted_for_all_who_take_them_and_old_windows_are_swept(database) {
        let world = World::new(database).await;
        let take = |bucket: &'static str, points| {
            let (store, now) = (world.store.clone(), world.now());
            async move { store.rate_windows().take(bucket.to_owned(), now, points).await.unwrap() }
        };
        let mut taken = futures_util::future::join_all((0..20).map(|_| take("a", 5))).await;
        taken.sort_unstable();
        // Each sees its own points, so that nobody counts another's as its own.
        assert_eq!(taken, (1..=20).map(|n| n * 5).collect::<Vec<u64>>());
        assert_eq!(take("b", 1).await, 1);
        assert_eq!(world.store.sweep(world.now(), 100).await.unwrap(), 0);
        world.clock.advance(Duration::from_mins(11));
        assert_eq!(take("a", 2).await, 2, "another window");
        assert_eq!(world.store.sweep(world.now(), 100).await.unwrap(), 2);
        assert_eq!(take("a", 1).await, 3, "the window under way stays");
    }
}
