//! Nouns with few verbs.

use std::time::Duration;

use syncline_domain::{EnvironmentName, IntegrationKey, RunId, Secret};
use syncline_store::{AcquireLock, Constraint, Error, IntegrationPatch, on_each_database};

use crate::fixture::{World, integration};

on_each_database! {
    async fn a_lock_is_one_runs_until_its_time_is_over(database) {
        let world = World::new(database).await;
        let (locks, ttl) = (world.store.locks(), Duration::from_secs(10));
        let lock = |owner| AcquireLock { fence: None, environment: world.environment, key: "k".to_owned(), owner, ttl, now: world.now() };
        let [mine, theirs] = [1, 2].map(|n| RunId::new(world.now(), [n; 10]));
        assert!(locks.try_acquire(lock(mine)).await.unwrap());
        assert!(!locks.try_acquire(lock(theirs)).await.unwrap());
        assert!(locks.try_acquire(lock(mine)).await.unwrap());
        assert!(!locks.release(world.environment, "k", theirs).await.unwrap());
        world.clock.advance(ttl);
        assert!(locks.try_acquire(lock(theirs)).await.unwrap());
        assert_eq!(locks.release_all(theirs).await.unwrap(), 1);
    }

    async fn variables_keep_their_values_per_environment(database) {
        let world = World::new(database).await;
        let prod = world.store.environments().ensure(&EnvironmentName::new("prod").unwrap(), world.now()).await.unwrap().id;
        let variables = world.store.variables();
        variables.set(world.environment, "A", Secret::new("1"), world.now()).await.unwrap();
        variables.set(prod, "A", Secret::new("2"), world.now()).await.unwrap();
        variables.set(world.environment, "A", Secret::new("3"), world.now()).await.unwrap();
        let list = variables.list(world.environment).await.unwrap();
        assert_eq!(list.iter().map(|(name, value)| (name.as_str(), value.expose())).collect::<Vec<_>>(), [("A", "3")]);
        assert!(variables.delete(prod, "A").await.unwrap());
        assert!(variables.list(prod).await.unwrap().is_empty());
        assert_eq!(world.store.environments().list().await.unwrap().len(), 2);
    }

    async fn an_integrations_key_is_free_again_after_its_deletion(database) {
        let world = World::new(database).await;
        let integrations = world.store.integrations();
        let taken = integrations.insert(integration(world.environment, "github", world.now())).await;
        assert!(matches!(taken, Err(Error::Conflict { constraint: Constraint::Integration })), "{taken:?}");
        let patch = IntegrationPatch { display_name: Some(Some("Hub".to_owned())), credentials: Some(Secret::new("{}")), now: world.now(), ..Default::default() };
        let row = integrations.update(world.integration, patch).await.unwrap().unwrap();
        assert_eq!((row.display_name.as_deref(), row.credentials.as_ref().map(Secret::expose)), (Some("Hub"), Some("{}")));
        assert!(row.forward_webhooks);
        let connection = world.connect("c").await;
        assert!(integrations.delete(world.integration, world.now()).await.unwrap());
        assert!(!integrations.delete(world.integration, world.now()).await.unwrap());
        assert!(integrations.lookup(world.environment, &IntegrationKey::new("github").unwrap()).await.unwrap().is_none());
        assert!(world.store.connections().lookup_by_row_id(connection).await.unwrap().is_none());
        assert!(world.store.functions().list(world.environment, None).await.unwrap().is_empty());
        integrations.insert(integration(world.environment, "github", world.now())).await.unwrap();
        assert_eq!(integrations.list(world.environment).await.unwrap().len(), 1);
    }
}
