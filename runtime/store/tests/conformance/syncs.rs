//! Schedules and triggers.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use syncline_domain::{Checkpoint, FunctionName, RunState, SyncState, Trigger, Variant};
use syncline_store::{Constraint, Error, FinishRun, JobDecision, RunUsage, TriggerSync, Triggered, on_each_database, payload};
use tokio_util::task::TaskTracker;

use crate::fixture::{LEASE, World};

const HOUR: Duration = Duration::from_hours(1);

fn now_please(world: &World, reset: bool) -> TriggerSync {
    TriggerSync { reset, empty_cache: reset, trigger: Trigger::Api, now: world.now() }
}

on_each_database! {
    /// C6
    async fn a_tick_gives_one_job_whoever_looks(database) {
        let world = Arc::new(World::new(database).await);
        for name in ["a", "b", "c"] {
            world.connect(name).await;
        }
        while let Some(job) = world.claim().await {
            world.store.jobs().complete(&job.fence(), world.now()).await.unwrap();
        }
        world.clock.advance(HOUR);
        let now = world.now();
        let tasks: Vec<_> = (0..4).map(|_| {
            let world = world.clone();
            TaskTracker::new().spawn(async move { world.store.syncs().enqueue_due(now, 10, None, Arc::new(move |_| Some(now.plus(HOUR)))).await.unwrap() })
        }).collect();
        let mut due = 0;
        for task in tasks {
            due += task.await.unwrap();
        }
        assert_eq!(due, 3);
        assert_eq!(world.store.jobs().count_active().await.unwrap(), 3);
        // The jobs of this tick are still active when the next one comes.
        world.clock.advance(HOUR);
        let now = world.now();
        assert_eq!(world.store.syncs().enqueue_due(now, 10, None, Arc::new(move |_| Some(now.plus(HOUR)))).await.unwrap(), 3);
        assert_eq!(world.store.jobs().count_active().await.unwrap(), 3);
        assert!(world.store.syncs().due(now, 10).await.unwrap().is_empty());
    }

    /// C6
    async fn triggers_pauses_and_ticks_at_once_leave_at_most_one_active_job(database) {
        let world = Arc::new(World::new(database).await);
        let connection = world.connect("c").await;
        let sync = world.store.syncs().list_for_connection(connection).await.unwrap()[0].id;
        world.clock.advance(HOUR);
        let now = world.now();
        let mut tasks = Vec::new();
        for round in 0..40_u8 {
            let world = world.clone();
            tasks.push(TaskTracker::new().spawn(async move {
                let syncs = world.store.syncs();
                match round % 5 {
                    0 => drop(syncs.trigger(sync, now_please(&world, false)).await.unwrap()),
                    1 => drop(syncs.trigger(sync, now_please(&world, true)).await.unwrap()),
                    2 => {
                        let Some(job) = world.claim().await else { return };
                        let run = world.run(round, Some(&job));
                        let end = FinishRun { id: run.id, state: RunState::Succeeded, output: None, error: None, counts: BTreeMap::default(),
                            usage: RunUsage::default(), job: Some((job.fence(), JobDecision::Complete)), now };
                        let begun = world.store.runs().insert(run).await;
                        let ended = world.store.runs().finish(end).await.map(drop);
                        for result in [begun, ended] {
                            assert!(matches!(result, Ok(()) | Err(Error::Fenced)), "{result:?}");
                        }
                    }
                    3 => drop(syncs.set_state(sync, SyncState::Started, Some(now)).await.unwrap()),
                    _ => drop(syncs.enqueue_due(now, 10, None, Arc::new(move |_| Some(now))).await.unwrap()),
                }
                assert!(world.store.jobs().count_active().await.unwrap() <= 1);
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        assert!(world.store.jobs().count_active().await.unwrap() <= 1);
    }

    async fn a_reset_forgets_the_checkpoint_and_fences_what_runs(database) {
        let world = World::new(database).await;
        let connection = world.connect("c").await;
        let job = world.claim().await.unwrap();
        let sync = job.sync.unwrap();
        let checkpoint = Checkpoint::parse(r#"{"page":1}"#).unwrap();
        world.store.checkpoints().save(job.fence(), sync, &checkpoint, world.now()).await.unwrap();
        let syncs = world.store.syncs();
        assert_eq!(syncs.trigger(sync, now_please(&world, false)).await.unwrap(), Triggered::AlreadyActive);
        let Triggered::Enqueued(next) = syncs.trigger(sync, now_please(&world, true)).await.unwrap() else { panic!("a reset runs") };
        assert!(world.store.checkpoints().lookup(sync).await.unwrap().is_none());
        let late = world.store.checkpoints().save(job.fence(), sync, &checkpoint, world.now()).await;
        assert!(matches!(late, Err(Error::Fenced)), "{late:?}");
        let claimed = world.claim().await.unwrap();
        assert_eq!(claimed.id, next);
        let payload: payload::RunSync = serde_json::from_str(&claimed.payload).unwrap();
        assert_eq!(payload, payload::RunSync { trigger: Trigger::Api, empty_cache: true });
        assert!(world.store.connections().delete(connection, world.now()).await.unwrap());
        assert_eq!(syncs.trigger(sync, now_please(&world, false)).await.unwrap(), Triggered::Unknown);
    }

    /// D14: what fell due while nobody looked runs once, or not at all, and goes on at its next time.
    async fn ticks_that_nobody_took_come_once_or_are_skipped(database) {
        let world = World::new(database).await;
        for name in ["a", "b"] {
            world.connect(name).await;
        }
        while let Some(job) = world.claim().await {
            world.store.jobs().complete(&job.fence(), world.now()).await.unwrap();
        }
        world.clock.advance(HOUR * 30);
        let now = world.now();
        let next = |at| Arc::new(move |_: &syncline_store::DueSync| Some(at));
        assert_eq!(world.store.syncs().enqueue_due(now, 1, None, next(now.plus(HOUR))).await.unwrap(), 1);
        let skip_before = Some(now.minus(Duration::from_mins(1)));
        assert_eq!(world.store.syncs().enqueue_due(now, 9, skip_before, next(now.plus(HOUR))).await.unwrap(), 1);
        assert_eq!(world.store.jobs().count_active().await.unwrap(), 1, "one of them ran once, the other not at all");
        assert!(world.store.syncs().due(now, 9).await.unwrap().is_empty());
        // A clock that is set back finds nothing due, and nothing twice.
        world.clock.set(now.minus(HOUR * 5));
        assert!(world.store.syncs().due(world.now(), 9).await.unwrap().is_empty());
    }

    async fn a_pause_cancels_what_runs_unless_it_waits(database) {
        let world = World::new(database).await;
        world.connect("c").await;
        let job = world.claim().await.unwrap();
        let run = world.run(1, Some(&job));
        let id = run.id;
        world.store.runs().insert(run).await.unwrap();
        assert!(world.store.syncs().pause_now(job.sync.unwrap(), world.now()).await.unwrap());
        assert_eq!(world.store.runs().lookup(id).await.unwrap().unwrap().state, RunState::Cancelled);
        assert!(matches!(world.store.jobs().complete(&job.fence(), world.now()).await, Err(Error::Fenced)));
        assert_eq!(world.store.jobs().count_active().await.unwrap(), 0);
    }

    async fn a_pause_takes_back_what_waits_and_lets_a_run_end(database) {
        let world = World::new(database).await;
        let connection = world.connect("c").await;
        let job = world.claim().await.unwrap();
        let (sync, syncs) = (job.sync.unwrap(), world.store.syncs());
        assert!(syncs.set_state(sync, SyncState::Paused, None).await.unwrap());
        world.store.jobs().heartbeat(&job.fence(), world.now().plus(LEASE)).await.unwrap();
        world.store.jobs().complete(&job.fence(), world.now()).await.unwrap();
        syncs.trigger(sync, now_please(&world, false)).await.unwrap();
        assert!(syncs.set_state(sync, SyncState::Paused, None).await.unwrap());
        assert!(world.claim().await.is_none());
        world.clock.advance(HOUR * 2);
        assert!(syncs.due(world.now(), 10).await.unwrap().is_empty());
        // C6: what a frequency says of the next time is for a schedule that is on, whatever it was when somebody looked.
        assert!(syncs.set_frequency(sync, Some("every 1m".to_owned()), Some(world.now())).await.unwrap());
        assert!(syncs.lookup_by_id(sync).await.unwrap().unwrap().next_run_at.is_none());
        assert!(syncs.set_state(sync, SyncState::Started, Some(world.now())).await.unwrap());
        assert!(syncs.set_frequency(sync, Some("every 5m".to_owned()), Some(world.now())).await.unwrap());
        let due = syncs.due(world.now(), 10).await.unwrap();
        assert_eq!((due.len(), due[0].schedule.as_deref()), (1, Some("every 5m")));
        let found = syncs.lookup(connection, &FunctionName::new("issues").unwrap(), &Variant::base()).await.unwrap().unwrap();
        assert_eq!((found.id, found.state, found.frequency_override.as_deref()), (sync, SyncState::Started, Some("every 5m")));
    }

    async fn a_sync_exists_once_per_variant(database) {
        let world = World::new(database).await;
        let connection = world.connect("c").await;
        let again = world.store.syncs().insert(connection, world.new_sync(), world.now()).await;
        assert!(matches!(again, Err(Error::Conflict { constraint: Constraint::Sync })), "{again:?}");
        let mut variant = world.new_sync();
        variant.variant = Variant::new("eu").unwrap();
        let id = world.store.syncs().insert(connection, variant, world.now()).await.unwrap();
        assert_eq!(world.store.syncs().list(world.environment, None, 10).await.unwrap().len(), 2);
        assert!(world.store.syncs().delete(id, world.now()).await.unwrap());
        assert!(world.store.syncs().lookup_by_id(id).await.unwrap().is_none());
    }
}
