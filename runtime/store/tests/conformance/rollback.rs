//! Deployments that are kept, looked at, and put back.

use std::time::Duration;

use syncline_domain::{
    ApiKeyId, ComponentId, DeploymentId, Digest, EnvironmentId, EnvironmentName, FunctionDefinition, FunctionKind, IntegrationId, ModelName,
};
use syncline_store::{
    Change, ComponentContent, Deploy, DeployComponent, Deployed, Deployer, DeploymentKind, KEPT_DEPLOYMENTS, Known, NewDeployment, Outcome,
    Rollback, on_each_database,
};

use crate::fixture::{World, component, deploy, integration, issues, new_deployment, sync};

fn allowed(world: &World) -> NewDeployment {
    NewDeployment { allow_destructive: true, ..new_deployment(world.environment, world.now()) }
}

async fn put(world: &World, integration: IntegrationId, digest: u8, functions: Vec<FunctionDefinition>) -> Deployed {
    deploy(&world.store, world.environment, integration, digest, &functions, world.now()).await
}

#[track_caller]
fn done(outcome: Outcome) -> Deployed {
    match outcome {
        Outcome::Done(deployed) => deployed,
        other => panic!("{other:?}"),
    }
}

/// Name, version, and the number that the component's digest is made of.
async fn functions(world: &World, integration: IntegrationId) -> Vec<(String, i64, u8)> {
    let rows = world.store.functions().list(world.environment, Some(integration)).await.unwrap();
    rows.iter().map(|row| (row.definition.name.to_string(), row.version, row.digest.0[0])).collect()
}

/// Everything that can be seen of deployments, as text.
async fn everything(world: &World) -> String {
    let list = world.store.deployments().list(world.environment, None, None, 100).await.unwrap();
    let functions = world.store.functions().list(world.environment, None).await.unwrap();
    format!("{list:?} {functions:?}")
}

async fn insert(world: &World, new: NewDeployment, component: DeployComponent) -> Outcome {
    world.store.deployments().insert(Deploy { new, components: vec![component] }).await.unwrap()
}

async fn roll_back(world: &World, new: NewDeployment, to: DeploymentId, integrations: Option<Vec<IntegrationId>>) -> Outcome {
    world.store.deployments().rollback(Rollback { new, to, integrations }).await.unwrap()
}

async fn find(world: &World, environment: EnvironmentId, known: Known) -> Option<(ComponentId, Digest)> {
    world.store.components().find(environment, &known).await.unwrap()
}

fn digest(number: u8) -> Digest {
    Digest([number; 32])
}

fn repositories() -> FunctionDefinition {
    let mut definition = sync("repositories", "every 1d");
    definition.models[0].name = ModelName::new("Repository").unwrap();
    definition
}

on_each_database! {
    async fn an_earlier_deployment_is_put_back(database) {
        let world = World::new(database).await;
        let connection = world.connect("c").await;
        let by = Some(Deployer { key: ApiKeyId(7), name: "ci".to_owned() });
        let new = NewDeployment { by: by.clone(), ..allowed(&world) };
        let first = done(world.store.deployments().insert(Deploy { new, components: vec![component(world.integration, 2, vec![sync("issues", "every 5m")])] }).await.unwrap());
        let first = first.deployment.unwrap();
        put(&world, world.integration, 3, vec![sync("issues", "every 1d"), repositories()]).await;
        assert_eq!(functions(&world, world.integration).await, [("issues".to_owned(), 3, 3), ("repositories".to_owned(), 1, 3)]);
        let before = everything(&world).await;
        let rollback = |new, to| roll_back(&world, new, to, None);

        // Not without a word about what goes.
        let Outcome::Destructive(told) = rollback(new_deployment(world.environment, world.now()), first).await else { panic!("something goes") };
        assert_eq!((told.deleted[0].name.as_str(), told.deleted[0].connections, told.deleted[0].lost[0].name.as_str()), ("repositories", 1, "Repository"));
        let dry = NewDeployment { dry_run: true, ..new_deployment(world.environment, world.now()) };
        let told = done(rollback(dry, first).await);
        assert_eq!((told.deployment, told.functions[0].change, told.functions[0].version, told.deleted.len()), (None, Change::Updated, 4, 1));
        assert_eq!(everything(&world).await, before, "neither wrote anything");

        let back = done(rollback(allowed(&world), first).await);
        assert_eq!(functions(&world, world.integration).await, [("issues".to_owned(), 4, 2)], "versions go up");
        let syncs = world.store.syncs().list_for_connection(connection).await.unwrap();
        assert!(syncs.len() == 1 && syncs[0].next_run_at.unwrap() <= world.now().plus(Duration::from_mins(5)), "{syncs:?}");
        let list = world.store.deployments().list(world.environment, Some(world.integration), None, 2).await.unwrap();
        assert_eq!((list[0].id, list[0].kind, list[0].origin), (back.deployment.unwrap(), DeploymentKind::Rollback, Some(first)));
        assert_eq!(list[0].integrations.iter().map(|(key, current)| (key.as_str(), *current)).collect::<Vec<_>>(), [("github", true)]);
        assert!(list[1].kind == DeploymentKind::Deploy && list[1].changes.len() == 2 && !list[1].integrations[0].1, "{list:?}");
        let row = world.store.functions().lookup(world.function).await.unwrap().unwrap();
        assert_eq!(row.deployment, back.deployment);
        let shown = world.store.deployments().lookup(world.environment, first).await.unwrap().unwrap();
        assert_eq!((shown.by, shown.changes[0].version), (by, 2));
        let held = world.store.deployments().functions(world.environment, first).await.unwrap();
        assert_eq!((held.len(), held[0].name.as_str(), held[0].version, held[0].digest), (1, "issues", 2, Digest([2; 32])));

        // Forward again: what comes back has a higher version, and runs on every connection.
        let forward = done(rollback(new_deployment(world.environment, world.now()), list[1].id).await);
        assert_eq!(functions(&world, world.integration).await, [("issues".to_owned(), 5, 3), ("repositories".to_owned(), 2, 3)]);
        assert_eq!(forward.functions.iter().map(|f| f.change).collect::<Vec<_>>(), [Change::Updated, Change::Created]);
        assert_eq!(world.store.syncs().list_for_connection(connection).await.unwrap().len(), 2);
        let again = done(rollback(new_deployment(world.environment, world.now()), forward.deployment.unwrap()).await);
        assert!(again.deployment.is_none() && !again.is_change(), "it is there already");
    }

    async fn what_goes_is_counted_and_not_taken_unasked(database) {
        let world = World::new(database).await;
        let connection = world.connect("c").await;
        world.connect("d").await;
        world.save(&issues(connection), &[r#"{"id":1}"#, r#"{"id":2}"#]).await;
        let ask = |functions| insert(&world, new_deployment(world.environment, world.now()), component(world.integration, 2, functions));
        let before = everything(&world).await;
        let Outcome::Destructive(told) = ask(vec![repositories()]).await else { panic!("issues goes") };
        let gone = &told.deleted[0];
        assert_eq!((gone.name.as_str(), gone.connections, gone.lost[0].name.as_str(), gone.lost[0].records), ("issues", 2, "Issue", 2));
        let mut without = sync("issues", "every 1h");
        without.models = repositories().models;
        let Outcome::Destructive(told) = ask(vec![without.clone()]).await else { panic!("a model goes") };
        assert_eq!((told.functions[0].change, told.functions[0].lost[0].records, told.deleted.len()), (Change::Updated, 2, 0));
        assert_eq!(everything(&world).await, before);
        assert!(world.store.components().wasm(Digest([2; 32])).await.unwrap().is_none(), "not even the component is kept");
        // Another sync saves the model from now on: nothing is lost.
        let mut other = sync("other", "every 1h");
        other.models.extend(repositories().models);
        done(ask(vec![without, other]).await);
    }

    async fn a_deployment_that_changes_nothing_is_none(database) {
        let world = World::new(database).await;
        let before = everything(&world).await;
        assert!(put(&world, world.integration, 1, vec![sync("issues", "every 1h")]).await.deployment.is_none());
        assert_eq!(everything(&world).await, before);
        assert_eq!(world.store.deployments().list(world.environment, None, None, 10).await.unwrap().len(), 1);
    }

    async fn an_environment_goes_back_as_a_whole(database) {
        let world = World::new(database).await;
        let other = world.store.integrations().insert(integration(world.environment, "other", world.now())).await.unwrap().id;
        let first = world.store.deployments().list(world.environment, None, None, 1).await.unwrap()[0].id;
        let second = put(&world, other, 5, vec![sync("tasks", "every 1h")]).await.deployment.unwrap();
        put(&world, world.integration, 2, vec![sync("issues", "every 1h")]).await;
        put(&world, other, 6, vec![sync("tasks", "every 1h")]).await;
        // As both were behind the second, which was only about one of them.
        let back = |to, integrations| roll_back(&world, allowed(&world), to, integrations);
        done(back(second, None).await);
        assert_eq!(functions(&world, world.integration).await, [("issues".to_owned(), 3, 1)]);
        assert_eq!(functions(&world, other).await, [("tasks".to_owned(), 3, 5)]);
        // One of them only.
        done(back(first, Some(vec![world.integration])).await);
        assert_eq!(functions(&world, other).await, [("tasks".to_owned(), 3, 5)]);
        // The other was not there then.
        done(back(first, None).await);
        assert_eq!((functions(&world, world.integration).await.len(), functions(&world, other).await.len()), (1, 0));
        // Another environment's deployment is none.
        let elsewhere = world.store.environments().ensure(&EnvironmentName::new("prod").unwrap(), world.now()).await.unwrap().id;
        let rollback = Rollback { new: new_deployment(elsewhere, world.now()), to: first, integrations: None };
        assert!(matches!(world.store.deployments().rollback(rollback).await.unwrap(), Outcome::Unknown));
        assert!(world.store.deployments().lookup(elsewhere, first).await.unwrap().is_none());
        assert!(world.store.deployments().functions(elsewhere, first).await.unwrap().is_empty());
        assert!(world.store.deployments().list(elsewhere, None, None, 10).await.unwrap().is_empty());
    }

    async fn the_last_deployments_are_kept_with_their_components(database) {
        let world = World::new(database).await;
        let first = world.store.deployments().list(world.environment, None, None, 1).await.unwrap()[0].id;
        let (old, _) = find(&world, world.environment, Known::Digest(digest(1))).await.unwrap();
        let kept = u8::try_from(KEPT_DEPLOYMENTS).unwrap();
        for number in 2..=kept {
            put(&world, world.integration, number, vec![sync("issues", "every 1h")]).await;
        }
        assert_eq!(world.store.sweep(world.now(), 100).await.unwrap(), 0, "all of them are kept");
        assert_eq!(find(&world, world.environment, Known::Build(digest(1).to_string())).await, Some((old, digest(1))), "it can be put back");
        put(&world, world.integration, kept + 1, vec![sync("issues", "every 1h")]).await;
        assert!(world.store.deployments().lookup(world.environment, first).await.unwrap().is_none());
        assert_eq!(find(&world, world.environment, Known::Digest(digest(1))).await, None, "as if it had never been there");
        assert_eq!(world.store.sweep(world.now(), 100).await.unwrap(), 1);
        assert!(world.store.components().wasm(digest(1)).await.unwrap().is_none());
        assert!(world.store.components().wasm(digest(2)).await.unwrap().is_some());
        let rollback = Rollback { new: new_deployment(world.environment, world.now()), to: first, integrations: None };
        assert!(matches!(world.store.deployments().rollback(rollback).await.unwrap(), Outcome::Unknown));

        // Somebody who believed it was there learns otherwise, and the bytes bring it back.
        let believed = DeployComponent { content: ComponentContent::Kept(old), ..component(world.integration, 1, vec![sync("issues", "every 1h")]) };
        let insert = |component| insert(&world, new_deployment(world.environment, world.now()), component);
        assert!(matches!(insert(believed).await, Outcome::Missing(0)));
        done(insert(component(world.integration, 1, vec![sync("issues", "every 1h")])).await);
        assert!(world.store.components().wasm(digest(1)).await.unwrap().is_some());
        // What is there need not come along.
        let (third, _) = find(&world, world.environment, Known::Digest(digest(3))).await.unwrap();
        let believed = DeployComponent { content: ComponentContent::Kept(third), ..component(world.integration, 3, vec![sync("issues", "every 1h")]) };
        done(insert(believed).await);
        assert_eq!(functions(&world, world.integration).await[0].2, 3);
        assert!(matches!(insert(DeployComponent { content: ComponentContent::Kept(ComponentId(999_999)), ..component(world.integration, 3, vec![sync("issues", "every 1h")]) }).await, Outcome::Missing(0)));
    }

    async fn an_environment_has_its_own_components_only(database) {
        let world = World::new(database).await;
        let elsewhere = world.store.environments().ensure(&EnvironmentName::new("prod").unwrap(), world.now()).await.unwrap().id;
        let theirs = world.store.integrations().insert(integration(elsewhere, "github", world.now())).await.unwrap().id;
        let find = |environment| find(&world, environment, Known::Digest(digest(1)));
        assert!(find(world.environment).await.is_some() && find(elsewhere).await.is_none());
        deploy(&world.store, elsewhere, theirs, 1, &[sync("issues", "every 1h")], world.now()).await;
        assert_eq!(find(elsewhere).await, find(world.environment).await, "the same bytes are kept once");
        // What one gives up is the other's still.
        assert!(world.store.integrations().delete(world.integration, world.now()).await.unwrap());
        assert!(world.store.deployments().list(world.environment, None, None, 10).await.unwrap().is_empty());
        assert!(find(world.environment).await.is_none() && find(elsewhere).await.is_some());
        world.store.sweep(world.now(), 100).await.unwrap();
        assert!(world.store.components().wasm(Digest([1; 32])).await.unwrap().is_some());
    }

    async fn deployments_that_meet_follow_each_other(database) {
        let world = World::new(database).await;
        let names = |number: u8| [format!("a{number}"), format!("b{number}")];
        let deploy = |number: u8| {
            let functions = names(number).iter().map(|name| sync(name, "every 1h")).collect();
            insert(&world, allowed(&world), component(world.integration, number, functions))
        };
        let (one, two, three) = tokio::join!(deploy(2), deploy(3), deploy(4));
        let ids: Vec<_> = [one, two, three].into_iter().map(|outcome| done(outcome).deployment.unwrap()).collect();
        let list = world.store.deployments().list(world.environment, None, None, 10).await.unwrap();
        assert_eq!(list.len(), 4);
        assert_eq!(list.iter().filter(|row| row.integrations[0].1).count(), 1, "one of them is the last");
        let last = 2 + u8::try_from(ids.iter().position(|id| *id == list[0].id).unwrap()).unwrap();
        let left: Vec<_> = functions(&world, world.integration).await.into_iter().map(|(name, _, digest)| (name, digest)).collect();
        assert_eq!(left, names(last).map(|name| (name, last)), "all of the last, and nothing of the others");
        assert!(world.store.functions().list(world.environment, None).await.unwrap().iter().all(|row| row.definition.kind == FunctionKind::Sync));
    }

    async fn what_was_there_before_deployments_were_kept_can_be_put_back(database) {
        let url = database.url().to_owned();
        let world = World::new(database).await;
        let other = world.store.integrations().insert(integration(world.environment, "other", world.now())).await.unwrap().id;
        put(&world, other, 5, vec![sync("tasks", "every 1h")]).await;
        // As the migration leaves a database of an earlier version.
        crate::crypto::tamper(&url, "DELETE FROM deployments").await;
        crate::crypto::tamper(&url, "UPDATE functions SET deployment = NULL").await;
        put(&world, world.integration, 2, vec![sync("issues", "every 5m")]).await;
        put(&world, other, 6, vec![sync("tasks", "every 1h")]).await;
        let list = world.store.deployments().list(world.environment, None, None, 10).await.unwrap();
        let kinds = [DeploymentKind::Deploy, DeploymentKind::Initial, DeploymentKind::Deploy, DeploymentKind::Initial];
        assert_eq!(list.iter().map(|row| row.kind).collect::<Vec<_>>(), kinds);
        // Noted first, but the other integration had its functions then, too.
        done(roll_back(&world, new_deployment(world.environment, world.now()), list[3].id, None).await);
        assert_eq!(functions(&world, world.integration).await, [("issues".to_owned(), 3, 1)]);
        assert_eq!(functions(&world, other).await, [("tasks".to_owned(), 3, 5)]);
    }
}
