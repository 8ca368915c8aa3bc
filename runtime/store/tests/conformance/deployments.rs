//! Deployments.

use std::time::Duration;

use syncline_domain::{Digest, FunctionKind, FunctionName, IntegrationId, SyncState};
use syncline_store::{Change, Constraint, Deploy, Error, NewDeployment, on_each_database};

use crate::fixture::{World, component, deploy, new_deployment, sync};

on_each_database! {
    async fn a_deployment_replaces_an_integrations_functions(database) {
        let world = World::new(database).await;
        let connection = world.connect("c").await;
        let job = world.claim().await.unwrap();
        let redeploy = |digest: u8, functions: Vec<_>| {
            let world = &world;
            async move { deploy(&world.store, world.environment, world.integration, digest, &functions, world.now()).await }
        };
        let same = redeploy(1, vec![sync("issues", "every 1h")]).await;
        assert_eq!((same.functions[0].change, same.functions[0].version), (Change::Unchanged, 1));

        let before = world.store.syncs().list_for_connection(connection).await.unwrap()[0].next_run_at.unwrap();
        let changed = redeploy(2, vec![sync("issues", "every 5m"), sync("repositories", "every 1d")]).await;
        let changes: Vec<_> = changed.functions.iter().map(|f| (f.name.as_str(), f.change, f.version)).collect();
        assert_eq!(changes, [("issues", Change::Updated, 2), ("repositories", Change::Created, 1)]);
        assert_eq!(changed.functions[0].id, Some(world.function), "its id stays");
        let syncs = world.store.syncs().list_for_connection(connection).await.unwrap();
        assert_eq!(syncs.len(), 2, "a new sync starts on connections that exist");
        assert!(syncs[0].next_run_at.unwrap() <= world.now().plus(Duration::from_mins(5)) && syncs[0].next_run_at.unwrap() < before);
        assert_eq!(world.claim().await.unwrap().sync, Some(syncs[1].id));

        let gone = redeploy(2, vec![sync("repositories", "every 1d")]).await;
        assert_eq!(gone.deleted.iter().map(|f| f.id).collect::<Vec<_>>(), [Some(world.function)]);
        assert!(matches!(world.store.jobs().complete(&job.fence(), world.now()).await, Err(Error::Fenced)));
        assert_eq!(world.store.syncs().list_for_connection(connection).await.unwrap().len(), 1);
        let name = FunctionName::new("issues").unwrap();
        let functions = world.store.functions();
        assert!(functions.lookup_by_name(world.integration, FunctionKind::Sync, &name).await.unwrap().is_none());
        assert!(functions.lookup(world.function).await.unwrap().is_none());
        let left = functions.list(world.environment, Some(world.integration)).await.unwrap();
        assert_eq!((left.len(), left[0].digest, left[0].version), (1, Digest([2; 32]), 1));
        assert_eq!(world.store.components().wasm(Digest([2; 32])).await.unwrap().unwrap(), vec![2; 64]);
        assert!(world.store.components().wasm(Digest([9; 32])).await.unwrap().is_none());
    }

    async fn a_sync_that_does_not_start_by_itself_waits_on_every_connection(database) {
        let world = World::new(database).await;
        let connection = world.connect("c").await;
        let mut manual = sync("repositories", "every 1h");
        manual.auto_start = false;
        deploy(&world.store, world.environment, world.integration, 2, &[sync("issues", "every 1h"), manual], world.now()).await;
        let syncs = world.store.syncs().list_for_connection(connection).await.unwrap();
        assert_eq!((syncs[1].name.as_str(), syncs[1].state, syncs[1].next_run_at), ("repositories", SyncState::Paused, None));
        assert_eq!(world.claim().await.and_then(|job| job.sync), Some(syncs[0].id));
        assert!(world.claim().await.is_none());
    }

    /// S4
    async fn half_a_deployment_is_none(database) {
        let world = World::new(database).await;
        let component = |integration, digest: u8, name: &str| component(integration, digest, vec![sync(name, "every 1h")]);
        let components = vec![component(world.integration, 3, "other"), component(IntegrationId(999), 4, "third")];
        let new = NewDeployment { allow_destructive: true, ..new_deployment(world.environment, world.now()) };
        let refused = world.store.deployments().insert(Deploy { new, components }).await;
        assert!(matches!(refused, Err(Error::Conflict { constraint: Constraint::Reference })), "{refused:?}");
        let functions = world.store.functions().list(world.environment, None).await.unwrap();
        assert_eq!(functions.iter().map(|f| f.definition.name.as_str()).collect::<Vec<_>>(), ["issues"]);
        assert!(world.store.components().wasm(Digest([3; 32])).await.unwrap().is_none());
    }

    async fn a_function_that_is_off_is_not_due(database) {
        let world = World::new(database).await;
        world.connect("c").await;
        world.clock.advance(Duration::from_hours(2));
        assert_eq!(world.store.syncs().due(world.now(), 10).await.unwrap().len(), 1);
        assert!(world.store.functions().set_enabled(world.function, false).await.unwrap());
        assert!(world.store.syncs().due(world.now(), 10).await.unwrap().is_empty());
    }
}
