//! What actions and event functions remember.

use syncline_domain::{Checkpoint, FunctionDefinition};
use syncline_store::{Error, FunctionOnConnection, on_each_database};

use crate::fixture::{LEASE, World, deploy, sync};

fn checkpoint(page: u32) -> Checkpoint {
    Checkpoint::parse(&format!(r#"{{"page":{page}}}"#)).unwrap()
}

async fn act(world: &World) -> syncline_domain::FunctionId {
    let action: FunctionDefinition = serde_json::from_value(serde_json::json!({"name": "act", "kind": "action"})).unwrap();
    let functions = [sync("issues", "every 1h"), action];
    let deployed = deploy(&world.store, world.environment, world.integration, 2, &functions, world.now()).await;
    deployed.functions.into_iter().find(|function| function.name.as_str() == "act").unwrap().id.unwrap()
}

on_each_database! {
    async fn a_functions_checkpoint_is_one_for_each_connection_and_the_last_to_save_wins(database) {
        let world = World::new(database).await;
        let function = act(&world).await;
        let [one, other] = [world.connect("one").await, world.connect("other").await].map(|connection| FunctionOnConnection { function, connection });
        let checkpoints = world.store.function_checkpoints();
        assert_eq!(checkpoints.lookup(one).await.unwrap(), None);
        assert!(checkpoints.save(None, one, &checkpoint(1), world.now()).await.unwrap());
        assert!(checkpoints.save(None, one, &checkpoint(2), world.now()).await.unwrap());
        assert_eq!(checkpoints.lookup(one).await.unwrap(), Some((checkpoint(2), 2)));
        assert_eq!(checkpoints.lookup(other).await.unwrap(), None);
        checkpoints.clear(None, one).await.unwrap();
        assert_eq!(checkpoints.lookup(one).await.unwrap(), None);
    }

    async fn a_worker_that_lost_its_lease_remembers_nothing_for_a_function(database) {
        let world = World::new(database).await;
        let of = FunctionOnConnection { function: act(&world).await, connection: world.connect("c").await };
        let job = world.claim().await.expect("a new connection's sync is due");
        let checkpoints = world.store.function_checkpoints();
        assert!(checkpoints.save(Some(job.fence()), of, &checkpoint(1), world.now()).await.unwrap());
        world.clock.advance(LEASE * 2);
        world.store.jobs().rescue(syncline_store::Rescue { limit: 10, max_crashes: 3, now: world.now() }).await.unwrap();
        let late = checkpoints.save(Some(job.fence()), of, &checkpoint(9), world.now()).await;
        assert!(matches!(late, Err(Error::Fenced)), "{late:?}");
        assert!(matches!(checkpoints.clear(Some(job.fence()), of).await, Err(Error::Fenced)));
        assert_eq!(checkpoints.lookup(of).await.unwrap(), Some((checkpoint(1), 1)));
    }

    async fn a_checkpoint_goes_with_its_function_and_with_its_connection(database) {
        let world = World::new(database).await;
        let function = act(&world).await;
        let [one, other] = [world.connect("one").await, world.connect("other").await].map(|connection| FunctionOnConnection { function, connection });
        let checkpoints = world.store.function_checkpoints();
        for of in [one, other] {
            assert!(checkpoints.save(None, of, &checkpoint(1), world.now()).await.unwrap());
        }
        assert!(world.store.connections().delete(one.connection, world.now()).await.unwrap());
        assert_eq!(checkpoints.lookup(one).await.unwrap(), None);
        assert!(!checkpoints.save(None, one, &checkpoint(2), world.now()).await.unwrap(), "an action that still runs");
        assert_eq!(checkpoints.lookup(one).await.unwrap(), None);
        assert!(checkpoints.lookup(other).await.unwrap().is_some());
        assert!(world.store.functions().delete(function, world.now()).await.unwrap());
        assert_eq!(checkpoints.lookup(other).await.unwrap(), None);
        assert!(!checkpoints.save(None, other, &checkpoint(2), world.now()).await.unwrap());
        // A function of that name that comes back begins anew.
        let again = FunctionOnConnection { function: act(&world).await, ..other };
        assert_eq!(checkpoints.lookup(again).await.unwrap(), None);
    }
}
