//! Runs that have not begun, as people look at them.

use std::time::Duration;

use syncline_domain::{ConnectionName, JobKind};
use syncline_store::{Claim, JobDecision, Limits, NewJob, Terms, Wait, WaitingPage, WaitingSearch, on_each_database};

use crate::fixture::{LEASE, World};

fn search(world: &World, limit: u32) -> WaitingSearch {
    WaitingSearch { environment: world.environment, function: None, connection: None, integration: None, after: None, limit }
}

fn whys(page: &WaitingPage) -> Vec<Wait> {
    page.rows.iter().map(|run| run.why).collect()
}

on_each_database! {
    /// C7: each says why it waits; page by page, nothing twice and nothing left out.
    async fn what_waits_says_why(database) {
        let world = World::new(database).await;
        let (ada, bob) = (world.connect("ada").await, world.connect("bob").await);
        while let Some(job) = world.claim().await {
            world.store.jobs().complete(&job.fence(), world.now()).await.unwrap();
        }
        let jobs = world.store.jobs();
        assert!(jobs.waiting(search(&world, 9)).await.unwrap().rows.is_empty());
        let payload = format!(r#"{{"function":{}}}"#, world.function.0);
        let run = |connection, at| NewJob {
            kind: JobKind::RunEvent,
            payload: payload.clone(),
            environment: world.environment,
            connection: Some(connection),
            sync: None,
            unique_key: None,
            scheduled_at: at,
            max_attempts: 3,
            now: world.now(),
        };
        for _ in 0..3 {
            jobs.enqueue(run(ada, world.now())).await.unwrap();
        }
        let claim = async |limits| {
            let claim = Claim { owner: "test".to_owned(), kinds: JobKind::ALL.to_vec(), limit: 9, lease: LEASE, now: world.now() };
            jobs.claim_under(claim, Terms { limits, ..Terms::default() }).await.unwrap()
        };
        // One of Ada's may run; the others are held. Then Bob's come, one of them for later; and a job that runs nothing is none of them.
        let running = claim(Limits { per_connection: 1, ..Limits::default() }).await;
        assert_eq!(running.len(), 1);
        jobs.enqueue(run(bob, world.now())).await.unwrap();
        jobs.enqueue(run(bob, world.now().plus(Duration::from_hours(1)))).await.unwrap();
        jobs.enqueue(NewJob { kind: JobKind::PurgeRecords, ..run(bob, world.now()) }).await.unwrap();
        jobs.fail(&running[0].fence(), "no", JobDecision::RetryAt(world.now().plus(Duration::from_mins(5))), world.now()).await.unwrap();
        let all = jobs.waiting(search(&world, 9)).await.unwrap();
        assert_eq!(whys(&all), [Wait::InLine, Wait::ConnectionLimit, Wait::ConnectionLimit, Wait::Later, Wait::Later]);
        assert_eq!((all.rows[3].attempt, all.rows[4].attempt, all.next), (1, 0, None), "{all:?}");
        let first = &all.rows[0];
        assert_eq!(first.connection.as_ref().map(ConnectionName::as_str), Some("bob"));
        assert_eq!((first.function.as_ref().map(ToString::to_string), first.integration.as_ref().map(ToString::to_string)), (Some("issues".to_owned()), Some("github".to_owned())));
        let (mut ids, mut after) = (Vec::new(), None);
        loop {
            let page = jobs.waiting(WaitingSearch { after, ..search(&world, 2) }).await.unwrap();
            assert!(page.rows.len() <= 2);
            ids.extend(page.rows.iter().map(|run| run.job));
            // As it is in an address.
            after = page.next.map(|next| next.to_string().parse().unwrap());
            if after.is_none() {
                break;
            }
        }
        assert_eq!(ids, all.rows.iter().map(|run| run.job).collect::<Vec<_>>());
        let of_ada = WaitingSearch { connection: Some(ConnectionName::new("ada").unwrap()), ..search(&world, 9) };
        assert_eq!(whys(&jobs.waiting(of_ada).await.unwrap()), [Wait::ConnectionLimit, Wait::ConnectionLimit, Wait::Later]);
        let elsewhere = WaitingSearch { environment: syncline_domain::EnvironmentId(99), ..search(&world, 9) };
        assert!(jobs.waiting(elsewhere).await.unwrap().rows.is_empty());
    }
}
