//! C5: one key, one effect.

use std::time::Duration;

use syncline_store::{BeginRequest, Begun, Error, RequestFence, on_each_database};

use crate::fixture::{LEASE, World};

const DAY: Duration = Duration::from_hours(24);

async fn begin(world: &World, scope: &str, fingerprint: u8) -> Begun {
    let request = BeginRequest {
        scope: scope.to_owned(),
        key: "k".to_owned(),
        fingerprint: [fingerprint; 32],
        lease_expires_at: world.now().plus(LEASE),
        now: world.now(),
    };
    world.store.idempotency_keys().begin(request).await.unwrap()
}

#[track_caller]
fn first(begun: Begun) -> RequestFence {
    match begun {
        Begun::First(fence) => fence,
        other => panic!("{other:?}"),
    }
}

on_each_database! {
    async fn of_many_at_once_one_is_first(database) {
        let world = World::new(database).await;
        let begun = futures_util::future::join_all((0..16).map(|_| begin(&world, "environment:1", 1))).await;
        assert_eq!(begun.iter().filter(|begun| matches!(begun, Begun::First(_))).count(), 1);
        assert_eq!(begun.iter().filter(|begun| **begun == Begun::Running).count(), 15);
        assert_eq!(begin(&world, "environment:1", 2).await, Begun::Reused, "another request");
        first(begin(&world, "environment:2", 2).await);
    }

    async fn an_answer_is_given_again_for_a_day(database) {
        let world = World::new(database).await;
        let keys = world.store.idempotency_keys();
        let fence = first(begin(&world, "s", 1).await);
        world.clock.advance(LEASE);
        keys.finish(fence, Some(b"canary-answer"), world.now()).await.unwrap();
        assert!(matches!(keys.release(fence).await, Err(Error::Fenced)), "what was answered stays");
        assert!(matches!(keys.finish(fence, None, world.now()).await, Err(Error::Fenced)));
        world.clock.advance(Duration::from_hours(23));
        assert_eq!(begin(&world, "s", 1).await, Begun::Answered(b"canary-answer".to_vec()));
        world.clock.advance(Duration::from_hours(2));
        let again = first(begin(&world, "s", 2).await);
        assert!(matches!(keys.finish(fence, None, world.now()).await, Err(Error::Fenced)), "the one before writes nothing more");
        keys.finish(again, None, world.now()).await.unwrap();
        assert_eq!(begin(&world, "s", 2).await, Begun::NotKept);
        world.clock.advance(DAY + Duration::from_secs(1));
        assert_eq!(world.store.sweep(world.now(), 9).await.unwrap(), 1);
    }

    async fn what_nobody_finished_is_unknown_and_not_done_again(database) {
        let world = World::new(database).await;
        let keys = world.store.idempotency_keys();
        let fence = first(begin(&world, "s", 1).await);
        world.clock.advance(LEASE);
        keys.prolong(fence, world.now().plus(LEASE)).await.unwrap();
        world.clock.advance(LEASE);
        assert_eq!(begin(&world, "s", 1).await, Begun::Running);
        world.clock.advance(Duration::from_secs(1));
        assert_eq!(begin(&world, "s", 1).await, Begun::Unknown);
        // It was only slow: its answer counts after all.
        keys.finish(fence, Some(b"late"), world.now()).await.unwrap();
        assert_eq!(begin(&world, "s", 1).await, Begun::Answered(b"late".to_vec()));
    }

    async fn a_key_that_was_given_back_is_free(database) {
        let world = World::new(database).await;
        let fence = first(begin(&world, "s", 1).await);
        world.store.idempotency_keys().release(fence).await.unwrap();
        first(begin(&world, "s", 2).await);
    }
}
