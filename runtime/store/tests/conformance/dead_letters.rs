//! Jobs that were given up.

use std::time::Duration;

use syncline_domain::{EnvironmentId, JobId, JobKind};
use syncline_store::{Claim, JobDecision, JobRow, NewJob, Replayed, Rescue, on_each_database};

use crate::fixture::{LEASE, World};

fn job(world: &World, kind: JobKind, key: &str) -> NewJob {
    NewJob {
        kind,
        payload: "{}".to_owned(),
        environment: world.environment,
        connection: None,
        sync: None,
        unique_key: Some(key.to_owned()),
        scheduled_at: world.now(),
        max_attempts: 1,
        now: world.now(),
    }
}

async fn claim(world: &World) -> JobRow {
    let claim = Claim { owner: "test".to_owned(), kinds: JobKind::ALL.to_vec(), limit: 1, lease: LEASE, now: world.now() };
    world.store.jobs().claim(claim).await.unwrap().remove(0)
}

/// Each is given up in another way.
async fn give_up(world: &World) -> [JobId; 3] {
    let jobs = world.store.jobs();
    let mut ids = Vec::new();
    for (n, decision) in [JobDecision::Discard, JobDecision::RetryAt(world.now())].into_iter().enumerate() {
        jobs.enqueue(job(world, JobKind::NotifyAuth, &format!("k{n}"))).await.unwrap();
        let claimed = claim(world).await;
        jobs.fail(&claimed.fence(), "the last word", decision, world.now()).await.unwrap();
        ids.push(claimed.id);
    }
    jobs.enqueue(job(world, JobKind::RunAction, "action")).await.unwrap();
    ids.push(claim(world).await.id);
    world.clock.advance(LEASE * 2);
    jobs.rescue(Rescue { limit: 9, max_crashes: 1, now: world.now() }).await.unwrap();
    ids.try_into().unwrap()
}

on_each_database! {
    async fn dead_letters_say_why_and_are_listed_newest_first(database) {
        let world = World::new(database).await;
        let [failed, used_up, poisoned] = give_up(&world).await;
        let jobs = world.store.jobs();
        let all = jobs.dead_letters(world.environment, None, 9).await.unwrap();
        let shown: Vec<_> = all.iter().map(|dead| (dead.job.id, dead.reason.as_str(), dead.error.as_deref().unwrap())).collect();
        assert_eq!(shown, [
            (poisoned, "poisoned", "its worker disappeared"),
            (used_up, "attempts_used_up", "the last word"),
            (failed, "failed", "the last word"),
        ]);
        let page = jobs.dead_letters(world.environment, Some(used_up), 9).await.unwrap();
        assert_eq!(page.iter().map(|dead| dead.job.id).collect::<Vec<_>>(), [failed]);
        assert!(jobs.dead_letters(EnvironmentId(999), None, 9).await.unwrap().is_empty(), "another's");
        assert_eq!(jobs.count_active().await.unwrap(), 0);
        world.clock.advance(Duration::from_hours(1));
        assert_eq!(jobs.prune(world.now(), 9).await.unwrap(), 3);
    }

    async fn a_replay_begins_anew_unless_another_is_active_or_somebody_was_told(database) {
        let world = World::new(database).await;
        let [failed, used_up, poisoned] = give_up(&world).await;
        let (jobs, environment, now) = (world.store.jobs(), world.environment, world.now());
        assert_eq!(jobs.replay(environment, failed, now).await.unwrap(), Replayed::Enqueued);
        let again = claim(&world).await;
        assert_eq!((again.id, again.attempt, again.crashes), (failed, 1, 0));
        assert!(again.fence > 1, "whoever held it before writes nothing");
        assert_eq!(jobs.replay(environment, failed, now).await.unwrap(), Replayed::Missing, "it runs");
        jobs.enqueue(job(&world, JobKind::NotifyAuth, "k1")).await.unwrap().unwrap();
        assert_eq!(jobs.replay(environment, used_up, now).await.unwrap(), Replayed::Active);
        assert_eq!(jobs.replay(environment, poisoned, now).await.unwrap(), Replayed::Told);
        assert_eq!(jobs.replay(EnvironmentId(999), poisoned, now).await.unwrap(), Replayed::Missing, "another's");
        assert!(!jobs.forget(EnvironmentId(999), poisoned).await.unwrap());
        assert!(jobs.forget(environment, poisoned).await.unwrap());
        assert!(jobs.dead_letter(environment, poisoned).await.unwrap().is_none());
        assert!(jobs.dead_letter(environment, used_up).await.unwrap().is_some());
    }
}
