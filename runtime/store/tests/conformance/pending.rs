//! Connections that wait for approval.

use std::time::Duration;

use syncline_domain::{ConnectionName, ConnectionRef, ConnectionRowId, Credentials, FunctionId, IntegrationKey, JobKind, Secret};
use syncline_store::payload::{AuthOperation, NotifyAuth, RunEvent};
use syncline_store::{ConnectionFilter, Constraint, Error, JobRow, NewConnection, Promote, on_each_database};

use crate::connecting::new_session;
use crate::fixture::World;

fn pending(world: &World, name: &str, key: &str) -> NewConnection {
    NewConnection {
        credentials: Credentials::ApiKey { api_key: Secret::new(key) },
        connection_config: r#"{"subdomain":"new"}"#.to_owned(),
        syncs: vec![],
        pending: true,
        notify: true,
        ..world.connection(name)
    }
}

fn promote(world: &World) -> Promote {
    Promote {
        target: None,
        session: None,
        syncs: vec![world.new_sync()],
        events: vec![world.function],
        notify: true,
        refresh_at: Some(world.now()),
        now: world.now(),
    }
}

async fn wait_for_approval(world: &World, name: &str, key: &str) -> ConnectionRowId {
    let inserted = world.store.connections().insert(pending(world, name, key)).await.unwrap();
    assert!(inserted.is_new);
    inserted.row.id
}

fn name(name: &str) -> ConnectionRef {
    ConnectionRef { integration: IntegrationKey::new("github").unwrap(), connection: ConnectionName::new(name).unwrap() }
}

async fn key(world: &World, id: ConnectionRowId) -> String {
    let row = world.store.connections().lookup_with_credentials(id).await.unwrap().unwrap();
    row.credentials.unwrap().field("apiKey").unwrap().to_owned()
}

async fn jobs(world: &World) -> Vec<JobRow> {
    let mut jobs = Vec::new();
    while let Some(job) = world.claim().await {
        jobs.push(job);
    }
    jobs
}

fn operation(jobs: &[JobRow]) -> Option<AuthOperation> {
    let told = jobs.iter().find(|job| job.kind == JobKind::NotifyAuth)?;
    Some(serde_json::from_str::<NotifyAuth>(&told.payload).unwrap().operation)
}

on_each_database! {
    async fn what_waits_for_approval_is_seen_by_its_row_only(database) {
        let world = World::new(database).await;
        let id = wait_for_approval(&world, "c", "new").await;
        let connections = world.store.connections();
        assert!(connections.lookup_by_row_id(id).await.unwrap().is_some());
        assert_eq!(key(&world, id).await, "new");
        assert!(connections.lookup(world.environment, &name("c")).await.unwrap().is_none());
        assert!(connections.lookup_by_name_with_credentials(world.environment, &name("c")).await.unwrap().is_none());
        assert!(connections.list(world.environment, ConnectionFilter::default()).await.unwrap().is_empty());
        let names = [ConnectionName::new("c").unwrap()];
        let unknown = connections.set_metadata(world.environment, &name("c").integration, &names, "{}", world.now()).await.unwrap();
        assert_eq!(unknown, names);
        assert!(jobs(&world).await.is_empty(), "nothing starts with it");
        let row = crate::fixture::sync("issues", "every 1h");
        crate::fixture::deploy(&world.store, world.environment, world.integration, 2, &[row], world.now()).await;
        assert!(world.store.syncs().list_for_connection(id).await.unwrap().is_empty(), "a deployment passes it by");
    }

    async fn its_own_runs_write_its_metadata_and_not_that_of_its_namesake(database) {
        let world = World::new(database).await;
        let namesake = world.connect("c").await;
        let id = wait_for_approval(&world, "c", "new").await;
        let connections = world.store.connections();
        assert!(connections.set_metadata_by_row_id(id, r#"{"a":1,"b":1}"#, world.now()).await.unwrap());
        assert!(connections.merge_metadata_of_run(None, id, r#"{"b":2}"#, world.now()).await.unwrap());
        let metadata = connections.lookup_by_row_id(id).await.unwrap().unwrap().metadata.unwrap();
        let metadata: serde_json::Value = serde_json::from_str(&metadata).unwrap();
        assert_eq!(metadata, serde_json::json!({"a": 1, "b": 2}));
        assert!(connections.lookup_by_row_id(namesake).await.unwrap().unwrap().metadata.is_none());
        connections.delete(id, world.now()).await.unwrap();
        assert!(!connections.set_metadata_by_row_id(id, "{}", world.now()).await.unwrap());
    }

    async fn approved_it_is_there_with_all_that_starts_with_it(database) {
        let world = World::new(database).await;
        let session = world.store.connect_sessions().insert(new_session(&world, 1)).await.unwrap().id;
        let id = wait_for_approval(&world, "c", "new").await;
        let how = Promote { session: Some(session), ..promote(&world) };
        let promoted = world.store.connections().promote(id, how.clone()).await.unwrap();
        assert!(promoted.is_new);
        assert_eq!((promoted.row.id, promoted.row.refresh_at), (id, Some(world.now())));
        assert_eq!(world.store.connections().lookup(world.environment, &name("c")).await.unwrap().unwrap().id, id);
        let jobs = jobs(&world).await;
        let mut kinds: Vec<_> = jobs.iter().map(|job| job.kind.as_str()).collect();
        kinds.sort_unstable();
        assert_eq!(kinds, ["notify_auth", "run_event", "run_sync"]);
        assert!(jobs.iter().all(|job| job.connection == Some(id)));
        let event = jobs.iter().find(|job| job.kind == JobKind::RunEvent).unwrap();
        assert_eq!(serde_json::from_str::<RunEvent>(&event.payload).unwrap().function, world.function);
        assert_eq!(operation(&jobs), Some(AuthOperation::Creation));
        let used = world.store.connect_sessions().lookup_by_hash(&[1; 32], world.now()).await.unwrap().unwrap();
        assert!(used.used_at.is_some());
        let again = world.store.connections().promote(id, Promote { session: None, ..how }).await;
        assert!(matches!(again, Err(Error::Conflict { constraint: Constraint::Reference })), "{again:?}");
    }

    async fn where_its_name_is_taken_by_then_that_connection_takes_over(database) {
        let world = World::new(database).await;
        let id = wait_for_approval(&world, "c", "new").await;
        let mut earlier = world.connection("c");
        earlier.metadata = Some(r#"{"kept":true}"#.to_owned());
        earlier.tags = [("kept".to_owned(), "yes".to_owned())].into();
        let existing = world.store.connections().insert(earlier).await.unwrap().row.id;
        jobs(&world).await;
        let promoted = world.store.connections().promote(id, promote(&world)).await.unwrap();
        assert!(!promoted.is_new);
        assert_eq!((promoted.row.id, promoted.row.credentials_version), (existing, 2));
        assert_eq!((promoted.row.metadata.as_deref(), promoted.row.tags["kept"].as_str()), (Some(r#"{"kept":true}"#), "yes"));
        assert_eq!(promoted.row.connection_config, r#"{"subdomain":"new"}"#);
        // X4: sealed for the row that they are in now.
        assert_eq!(key(&world, existing).await, "new");
        assert!(world.store.connections().lookup_by_row_id(id).await.unwrap().is_none());
        let jobs = jobs(&world).await;
        assert_eq!(operation(&jobs), Some(AuthOperation::Override));
        assert!(!jobs.iter().any(|job| job.kind == JobKind::RunEvent), "the event of a new connection is not repeated");
        assert!(jobs.iter().any(|job| job.kind == JobKind::PurgeConnection && job.connection == Some(id)));
    }

    async fn a_reconnect_keeps_the_name_of_the_one_it_replaces(database) {
        let world = World::new(database).await;
        let target = world.connect("old-name").await;
        let id = wait_for_approval(&world, "new-name", "new").await;
        let promoted = world.store.connections().promote(id, Promote { target: Some(target), ..promote(&world) }).await.unwrap();
        assert_eq!((promoted.row.id, promoted.row.name.as_str(), promoted.is_new), (target, "old-name", false));
        assert_eq!(key(&world, target).await, "new");
        assert!(world.store.connections().lookup(world.environment, &name("new-name")).await.unwrap().is_none());

        let mut direct = world.connection("another-name");
        direct.target = Some(target);
        direct.credentials = Credentials::ApiKey { api_key: Secret::new("third") };
        let replaced = world.store.connections().insert(direct).await.unwrap();
        assert_eq!((replaced.row.id, replaced.row.name.as_str(), replaced.is_new), (target, "old-name", false));
        assert_eq!(key(&world, target).await, "third");
    }

    /// C4
    async fn a_reconnect_of_what_was_deleted_makes_nothing(database) {
        let world = World::new(database).await;
        let target = world.connect("c").await;
        let session = world.store.connect_sessions().insert(new_session(&world, 1)).await.unwrap().id;
        let id = wait_for_approval(&world, "c", "new").await;
        world.store.connections().delete(target, world.now()).await.unwrap();
        let how = Promote { target: Some(target), session: Some(session), ..promote(&world) };
        let refused = world.store.connections().promote(id, how).await;
        assert!(matches!(refused, Err(Error::Conflict { constraint: Constraint::Connection })), "{refused:?}");
        let mut direct = world.connection("c");
        direct.target = Some(target);
        direct.session = Some(session);
        let refused = world.store.connections().insert(direct).await;
        assert!(matches!(refused, Err(Error::Conflict { constraint: Constraint::Connection })), "{refused:?}");
        assert!(world.store.connections().list(world.environment, ConnectionFilter::default()).await.unwrap().is_empty());
        let session = world.store.connect_sessions().lookup_by_hash(&[1; 32], world.now()).await.unwrap().unwrap();
        assert!(session.used_at.is_none(), "the session can be used for what works");
    }

    /// O1
    async fn of_two_that_wait_for_one_name_both_are_approved_onto_one_connection(database) {
        let world = World::new(database).await;
        let first = wait_for_approval(&world, "c", "first").await;
        let second = wait_for_approval(&world, "c", "second").await;
        let promotes = [first, second].map(|id| {
            let (store, how) = (world.store.clone(), promote(&world));
            async move { store.connections().promote(id, how).await.unwrap() }
        });
        let results = futures_util::future::join_all(promotes).await;
        assert_eq!(results[0].row.id, results[1].row.id);
        assert_eq!(results.iter().filter(|result| result.is_new).count(), 1);
        let all = world.store.connections().list(world.environment, ConnectionFilter::default()).await.unwrap();
        assert_eq!(all.len(), 1);
        let key = key(&world, all[0].id).await;
        assert!(key == "first" || key == "second");
    }

    async fn refused_it_is_gone_with_its_secret(database) {
        let url = database.url().to_owned();
        let world = World::new(database).await;
        let id = wait_for_approval(&world, "c", "new").await;
        let visible = world.connect("visible").await;
        let connections = world.store.connections();
        assert!(!connections.discard_pending(visible, world.now()).await.unwrap(), "only what waits is discarded");
        assert!(connections.discard_pending(id, world.now()).await.unwrap());
        assert!(!connections.discard_pending(id, world.now()).await.unwrap());
        assert!(connections.lookup_by_row_id(id).await.unwrap().is_none());
        let gone = connections.promote(id, promote(&world)).await;
        assert!(matches!(gone, Err(Error::Conflict { constraint: Constraint::Reference })), "{gone:?}");
        let kept = crate::crypto::bytes(&url, "SELECT credentials FROM connections WHERE credentials IS NOT NULL").await;
        assert_eq!(kept.len(), 1, "that of the visible one");
    }

    async fn what_waits_too_long_is_swept_away(database) {
        let world = World::new(database).await;
        let old = wait_for_approval(&world, "old", "k").await;
        world.clock.advance(Duration::from_mins(50));
        let young = wait_for_approval(&world, "young", "k").await;
        world.clock.advance(Duration::from_mins(11));
        assert_eq!(world.store.sweep(world.now(), 10).await.unwrap(), 1);
        assert!(world.store.connections().lookup_by_row_id(old).await.unwrap().is_none());
        assert!(world.store.connections().lookup_by_row_id(young).await.unwrap().is_some());
    }

    async fn an_event_of_a_new_connection_runs_once(database) {
        let world = World::new(database).await;
        let mut new = world.connection("c");
        new.events = vec![FunctionId(1)];
        new.notify = true;
        world.store.connections().insert(new.clone()).await.unwrap();
        let first = jobs(&world).await;
        assert_eq!(operation(&first), Some(AuthOperation::Creation));
        assert_eq!(first.iter().filter(|job| job.kind == JobKind::RunEvent).count(), 1);
        world.store.connections().insert(new).await.unwrap();
        let second = jobs(&world).await;
        assert_eq!(operation(&second), Some(AuthOperation::Override));
        assert_eq!(second.len(), 1, "{second:?}");
    }
}
