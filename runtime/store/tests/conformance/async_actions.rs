//! Actions that nobody waits for: accepted with their job, in order, and ended with it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use syncline_domain::{
    AsyncActionId, AsyncActionState, ConnectionName, ConnectionRowId, Counts, IntegrationKey, JobKind, JobState, RunId, RunState,
};
use syncline_store::payload::AsyncAction;
use syncline_store::{Acceptance, Claim, FinishRun, JobDecision, JobRow, NewAsyncAction, NewRun, Rescue, RunUsage, on_each_database};
use tokio_util::task::TaskTracker;

use crate::fixture::{LEASE, World};

fn id(world: &World, number: u8) -> AsyncActionId {
    AsyncActionId::new(world.now(), [number; 10])
}

fn action(world: &World, connection: ConnectionRowId, number: u8) -> NewAsyncAction {
    NewAsyncAction {
        id: id(world, number),
        environment: world.environment,
        connection,
        connection_name: ConnectionName::new("c").unwrap(),
        integration_key: IntegrationKey::new("github").unwrap(),
        webhook_url_override: None,
        function: world.function,
        input: r#"{"secret":"canary-input"}"#.to_owned(),
        max_retries: 1,
        now: world.now(),
    }
}

/// A connection without syncs, so that its jobs are its actions.
async fn connect(world: &World, name: &str) -> ConnectionRowId {
    let mut new = world.connection(name);
    new.syncs.clear();
    world.store.connections().insert(new).await.unwrap().row.id
}

async fn accept(world: &World, connection: ConnectionRowId, number: u8) -> AsyncActionId {
    assert_eq!(world.store.async_actions().insert(action(world, connection, number)).await.unwrap(), Acceptance::Accepted);
    id(world, number)
}

async fn claim(world: &World, kind: JobKind, limit: u32) -> Vec<JobRow> {
    let claim = Claim { owner: "test".to_owned(), kinds: vec![kind], limit, lease: LEASE, now: world.now() };
    world.store.jobs().claim(claim).await.unwrap()
}

fn of(job: &JobRow) -> AsyncActionId {
    serde_json::from_str::<AsyncAction>(&job.payload).unwrap().action
}

/// One run of the job.
async fn run(world: &World, job: &JobRow, number: u8, state: RunState, decision: JobDecision) -> RunId {
    let run = NewRun { sync: None, variant: None, ..world.run(number, Some(job)) };
    let id = run.id;
    world.store.runs().insert(run).await.unwrap();
    let output = (state == RunState::Succeeded).then(|| "1".to_owned());
    let (counts, usage, job) = (Counts::new(), RunUsage::default(), Some((job.fence(), decision)));
    world.store.runs().finish(FinishRun { id, state, output, error: None, counts, usage, job, now: world.now() }).await.unwrap();
    id
}

on_each_database! {
    async fn an_action_ends_with_its_job_and_owes_its_webhook(database) {
        let world = World::new(database).await;
        let connection = connect(&world, "c").await;
        let id = accept(&world, connection, 1).await;
        let waiting = world.store.async_actions().lookup(id).await.unwrap().unwrap();
        assert_eq!((waiting.state, waiting.input.as_deref()), (AsyncActionState::Waiting, Some(r#"{"secret":"canary-input"}"#)));
        let job = claim(&world, JobKind::RunAction, 9).await.remove(0);
        assert_eq!((of(&job), job.max_attempts), (id, 2));
        run(&world, &job, 1, RunState::Failed, JobDecision::RetryAt(world.now())).await;
        assert_eq!(world.store.async_actions().lookup(id).await.unwrap().unwrap().state, AsyncActionState::Waiting);
        assert!(claim(&world, JobKind::NotifyAsyncAction, 9).await.is_empty());
        let job = claim(&world, JobKind::RunAction, 9).await.remove(0);
        let last = run(&world, &job, 2, RunState::Succeeded, JobDecision::Complete).await;
        let ended = world.store.async_actions().lookup(id).await.unwrap().unwrap();
        assert_eq!((ended.state, ended.run, ended.input, ended.finished_at), (AsyncActionState::Succeeded, Some(last), None, Some(world.now())));
        assert_eq!(of(&claim(&world, JobKind::NotifyAsyncAction, 9).await[0]), id);
    }

    async fn actions_of_a_connection_wait_for_those_before_them_also_for_their_next_try(database) {
        let world = World::new(database).await;
        let (ada, bob) = (connect(&world, "ada").await, connect(&world, "bob").await);
        let first = accept(&world, ada, 1).await;
        let second = accept(&world, ada, 2).await;
        let other = accept(&world, bob, 3).await;
        let claimed = claim(&world, JobKind::RunAction, 9).await;
        assert_eq!(claimed.iter().map(of).collect::<Vec<_>>(), [first, other], "one of each connection");
        assert!(claim(&world, JobKind::RunAction, 9).await.is_empty());
        let later = world.now().plus(Duration::from_secs(3));
        run(&world, &claimed[0], 1, RunState::Failed, JobDecision::RetryAt(later)).await;
        assert!(claim(&world, JobKind::RunAction, 9).await.is_empty(), "the second does not overtake the first between its tries");
        world.clock.advance(Duration::from_secs(3));
        let claimed = claim(&world, JobKind::RunAction, 9).await;
        assert_eq!(claimed.iter().map(of).collect::<Vec<_>>(), [first]);
        run(&world, &claimed[0], 2, RunState::Failed, JobDecision::Complete).await;
        assert_eq!(of(&claim(&world, JobKind::RunAction, 9).await[0]), second);
        assert_eq!(world.store.async_actions().lookup(first).await.unwrap().unwrap().state, AsyncActionState::Failed);
    }

    /// C1: several workers and several who accept, all at once.
    async fn two_of_one_connection_never_run_at_once_and_none_overtakes(database) {
        const ACTIONS: u8 = 40;
        let world = Arc::new(World::new(database).await);
        let connection = connect(&world, "c").await;
        let (running, done) = (Arc::new(AtomicUsize::new(0)), Arc::new(std::sync::Mutex::new(Vec::new())));
        let mut tasks = Vec::new();
        let tracker = TaskTracker::new();
        for part in 0..4 {
            let world = Arc::clone(&world);
            tasks.push(tracker.spawn(async move {
                for number in 0..ACTIONS / 4 {
                    accept(&world, connection, part * (ACTIONS / 4) + number).await;
                }
            }));
        }
        for _ in 0..4 {
            let (world, running, done) = (Arc::clone(&world), Arc::clone(&running), Arc::clone(&done));
            tasks.push(tracker.spawn(async move {
                while done.lock().unwrap().len() < usize::from(ACTIONS) {
                    let jobs = claim(&world, JobKind::RunAction, 4).await;
                    assert!(jobs.len() <= 1, "two of one connection");
                    let Some(job) = jobs.first() else {
                        tokio::task::yield_now().await;
                        continue;
                    };
                    assert_eq!(running.fetch_add(1, Ordering::SeqCst), 0, "two at once");
                    tokio::task::yield_now().await;
                    done.lock().unwrap().push(job.id);
                    running.fetch_sub(1, Ordering::SeqCst);
                    world.store.jobs().complete(&job.fence(), world.now()).await.unwrap();
                }
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        let done = done.lock().unwrap();
        assert!(done.len() == usize::from(ACTIONS) && done.is_sorted(), "{done:?}");
    }

    /// D2
    async fn a_worker_that_disappears_costs_no_try_and_the_last_one_ends_the_action(database) {
        let world = World::new(database).await;
        let connection = connect(&world, "c").await;
        let id = accept(&world, connection, 1).await;
        let rescue = async |max_crashes| {
            world.clock.advance(LEASE + Duration::from_secs(1));
            world.store.jobs().rescue(Rescue { limit: 9, max_crashes, now: world.now() }).await.unwrap()
        };
        claim(&world, JobKind::RunAction, 1).await;
        assert_eq!(rescue(3).await[0].state, JobState::Available);
        let job = claim(&world, JobKind::RunAction, 1).await.remove(0);
        assert_eq!((job.attempt, job.tries()), (2, 1));
        assert_eq!(world.store.jobs().fail(&job.fence(), "no", JobDecision::RetryAt(world.now()), world.now()).await.unwrap(), JobState::Available);
        for _ in 0..2 {
            claim(&world, JobKind::RunAction, 1).await;
            rescue(3).await;
        }
        assert_eq!(world.store.async_actions().lookup(id).await.unwrap().unwrap().state, AsyncActionState::Lost);
        assert_eq!(of(&claim(&world, JobKind::NotifyAsyncAction, 9).await[0]), id);
    }

    async fn deleting_the_connection_cancels_what_waits_and_what_runs(database) {
        let world = World::new(database).await;
        let connection = connect(&world, "c").await;
        let (first, second) = (accept(&world, connection, 1).await, accept(&world, connection, 2).await);
        let job = claim(&world, JobKind::RunAction, 1).await.remove(0);
        assert!(world.store.connections().delete(connection, world.now()).await.unwrap());
        for id in [first, second] {
            let action = world.store.async_actions().lookup(id).await.unwrap().unwrap();
            assert_eq!((action.state, action.input), (AsyncActionState::Cancelled, None));
        }
        assert_eq!(claim(&world, JobKind::NotifyAsyncAction, 9).await.len(), 2);
        assert!(world.store.async_actions().cancel(job.fence(), world.now()).await.is_err(), "fenced");
        let late = world.store.async_actions().insert(action(&world, connection, 3)).await.unwrap();
        assert_eq!(late, Acceptance::NoConnection);
    }

    async fn what_never_began_expires_after_a_day_and_results_go_after_five(database) {
        let world = World::new(database).await;
        let connection = connect(&world, "c").await;
        let begun = accept(&world, connection, 1).await;
        let late = accept(&world, connection, 2).await;
        let job = claim(&world, JobKind::RunAction, 1).await.remove(0);
        world.clock.advance(Duration::from_hours(24));
        assert_eq!(world.store.async_actions().expire(world.now(), 9).await.unwrap(), 0);
        world.clock.advance(Duration::from_secs(1));
        assert_eq!(world.store.async_actions().expire(world.now(), 9).await.unwrap(), 1);
        assert_eq!(world.store.async_actions().lookup(late).await.unwrap().unwrap().state, AsyncActionState::Expired);
        assert_eq!(world.store.async_actions().lookup(begun).await.unwrap().unwrap().state, AsyncActionState::Waiting);
        run(&world, &job, 1, RunState::Succeeded, JobDecision::Complete).await;
        assert!(claim(&world, JobKind::RunAction, 9).await.is_empty());
        world.clock.advance(Duration::from_hours(5 * 24));
        world.store.sweep(world.now(), 9).await.unwrap();
        assert!(world.store.async_actions().lookup(late).await.unwrap().is_some());
        world.clock.advance(Duration::from_secs(1));
        world.store.sweep(world.now(), 9).await.unwrap();
        assert!(world.store.async_actions().lookup(late).await.unwrap().is_none());
        assert!(world.store.async_actions().lookup(begun).await.unwrap().is_none());
    }
}
