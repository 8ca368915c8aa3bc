//! The end of a function, its source, and templates.

use syncline_domain::{FunctionDefinition, JobKind, RunState, Timestamp};
use syncline_store::{Change, Constraint, Deploy, DeployComponent, Error, FunctionSource, Origin, on_each_database};

use crate::fixture::{World, deploy, issues, new_deployment, sync};

/// A sync of another model than `sync` of the fixture.
fn repositories() -> FunctionDefinition {
    let mut definition = sync("repositories", "every 1h");
    definition.models[0].name = syncline_domain::ModelName::new("Repository").unwrap();
    definition
}

fn component(world: &World, digest: u8, functions: Vec<FunctionDefinition>, code: Option<&str>) -> DeployComponent {
    let source = code.map(|code| FunctionSource { language: "rust".to_owned(), code: code.to_owned() });
    DeployComponent { source, ..crate::fixture::component(world.integration, digest, functions) }
}

on_each_database! {
    async fn a_deleted_sync_leaves_nothing(database) {
        let world = World::new(database).await;
        deploy(&world.store, world.environment, world.integration, 1, &[sync("issues", "every 1h"), repositories()], world.now()).await;
        let connection = world.connect("c").await;
        let repositories = syncline_store::CollectionRef { model: syncline_domain::ModelName::new("Repository").unwrap(), ..issues(connection) };
        world.save(&issues(connection), &[r#"{"id":1}"#, r#"{"id":2}"#]).await;
        world.save(&repositories, &[r#"{"id":7}"#]).await;
        let cursor = world.list(&issues(connection), None, 10).await.records[0].cursor.clone();
        let job = world.claim().await.unwrap();
        world.store.runs().insert(world.run(1, Some(&job))).await.unwrap();

        assert!(world.store.functions().delete(world.function, world.now()).await.unwrap());
        assert!(!world.store.functions().delete(world.function, world.now()).await.unwrap(), "it is gone already");
        assert!(world.store.functions().lookup(world.function).await.unwrap().is_none());
        assert!(world.store.syncs().list_for_connection(connection).await.unwrap().iter().all(|sync| sync.function != world.function));
        assert!(matches!(world.store.jobs().complete(&job.fence(), world.now()).await, Err(Error::Fenced)), "the run is taken back");
        let run = world.store.runs().lookup(syncline_domain::RunId::new(world.now(), [1; 10])).await.unwrap().unwrap();
        assert_eq!(run.state, RunState::Cancelled);
        assert!(world.list(&issues(connection), None, 10).await.records.is_empty(), "the records are out of sight at once");
        assert_eq!(world.store.records().counts(connection).await.unwrap().len(), 1);

        // A function of that name that comes back begins anew, and the old stream's cursor is none of the new one's.
        world.save(&issues(connection), &[r#"{"id":3}"#]).await;
        assert_eq!(world.list(&issues(connection), None, 10).await.records.len(), 1);
        let list = crate::fixture::query(&issues(connection), Some(&cursor), 10);
        assert!(matches!(world.store.records().list(list).await, Err(Error::Cursor)));

        let purge = world.claim().await.unwrap();
        assert_eq!(purge.kind, JobKind::PurgeRecords);
        let mut steps = 0;
        while world.store.records().purge_step(1).await.unwrap() {
            steps += 1;
        }
        assert_eq!(steps, 3, "two records and their collection");
        assert_eq!(world.list(&issues(connection), None, 10).await.records.len(), 1, "what is new stays");
        assert_eq!(world.list(&repositories, None, 10).await.records.len(), 1, "another sync's records stay");
    }

    async fn records_that_another_sync_saves_too_stay(database) {
        let world = World::new(database).await;
        deploy(&world.store, world.environment, world.integration, 1, &[sync("issues", "every 1h"), sync("more", "every 1h")], world.now()).await;
        let connection = world.connect("c").await;
        world.save(&issues(connection), &[r#"{"id":1}"#]).await;
        assert!(world.store.functions().delete(world.function, world.now()).await.unwrap());
        assert_eq!(world.list(&issues(connection), None, 10).await.records.len(), 1);
    }

    async fn a_deleted_event_function_runs_no_more(database) {
        let world = World::new(database).await;
        let event: FunctionDefinition =
            serde_json::from_value(serde_json::json!({"name": "hello", "kind": "event", "event": "post-connection-creation"})).unwrap();
        let deployed = deploy(&world.store, world.environment, world.integration, 1, &[event], world.now()).await;
        let mut new = world.connection("c");
        new.syncs.clear();
        let function = deployed.functions[0].id.unwrap();
        new.events = vec![function];
        world.store.connections().insert(new).await.unwrap();
        assert!(world.store.functions().delete(function, world.now()).await.unwrap());
        assert!(world.claim().await.is_none());
    }

    async fn the_latest_source_counts_and_goes_with_its_functions(database) {
        let world = World::new(database).await;
        let deploy = |component: DeployComponent| async {
            let deploy = Deploy { new: new_deployment(world.environment, world.now()), components: vec![component] };
            world.store.deployments().insert(deploy).await.unwrap();
            let row = world.store.functions().lookup(world.function).await.unwrap().unwrap();
            world.store.functions().source(&row).await.unwrap().map(|source| source.code)
        };
        let functions = || vec![sync("issues", "every 1h")];
        assert_eq!(deploy(component(&world, 2, functions(), Some("first"))).await.as_deref(), Some("first"));
        assert_eq!(deploy(component(&world, 2, functions(), Some("second"))).await.as_deref(), Some("second"), "the same bytes");
        assert_eq!(deploy(component(&world, 2, functions(), None)).await, None, "an author takes it back");
        deploy(component(&world, 2, functions(), Some("third"))).await;
        let row = world.store.functions().lookup(world.function).await.unwrap().unwrap();
        assert!(world.store.functions().delete(world.function, world.now()).await.unwrap());
        assert_eq!(world.store.functions().source(&row).await.unwrap(), None);
    }

    async fn a_template_stands_beside_what_is_deployed(database) {
        let world = World::new(database).await;
        let deployments = world.store.deployments();
        let template = |functions| component(&world, 5, functions, None);
        let added = deployments.insert_template(world.environment, template(vec![repositories()]), world.now()).await.unwrap();
        assert_eq!(added.len(), 1);
        let taken = deployments.insert_template(world.environment, template(vec![repositories()]), world.now()).await;
        assert!(matches!(taken, Err(Error::Conflict { constraint: Constraint::Function })), "{taken:?}");

        let other = deploy(&world.store, world.environment, world.integration, 2, &[sync("other", "every 1h")], world.now()).await;
        assert_eq!(other.deleted.iter().map(|f| f.name.as_str()).collect::<Vec<_>>(), ["issues"], "the template's function stays");
        let row = world.store.functions().lookup(added[0]).await.unwrap().unwrap();
        assert_eq!(row.origin, Origin::Template);

        // An author's own of that name takes its place.
        let own = deploy(&world.store, world.environment, world.integration, 5, &[repositories()], world.now()).await;
        assert_eq!((own.functions[0].id, own.functions[0].change), (Some(added[0]), Change::Updated));
        assert_eq!(world.store.functions().lookup(added[0]).await.unwrap().unwrap().origin, Origin::Deployed);
        let nowhere = DeployComponent { integration: syncline_domain::IntegrationId(999), ..template(vec![repositories()]) };
        let refused = deployments.insert_template(world.environment, nowhere, Timestamp::default()).await;
        assert!(matches!(refused, Err(Error::Conflict { constraint: Constraint::Reference })), "{refused:?}");
    }
}
