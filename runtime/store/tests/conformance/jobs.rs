//! The queue.

use std::collections::BTreeMap;
use std::time::Duration;

use syncline_domain::{Checkpoint, JobKind, JobState, RunState, Trigger};
use syncline_store::payload::NotifySync;
use syncline_store::{Error, Fence, FinishRun, JobDecision, NewJob, Rescue, RunUsage, TrackDeletes, UpdateRecords, on_each_database};
use tokio_util::task::TaskTracker;

use crate::fixture::{LEASE, World, id, issues};

fn job(world: &World, key: Option<&str>) -> NewJob {
    NewJob {
        kind: JobKind::RunEvent,
        payload: "{}".to_owned(),
        environment: world.environment,
        connection: None,
        sync: None,
        unique_key: key.map(ToOwned::to_owned),
        scheduled_at: world.now(),
        max_attempts: 2,
        now: world.now(),
    }
}

on_each_database! {
    /// D3
    async fn a_paused_worker_cannot_write_after_its_lease(database) {
        let world = World::new(database).await;
        let connection = world.connect("c").await;
        let of = issues(connection);
        let slow = world.claim().await.expect("a new connection's sync is due");
        let sync = slow.sync.unwrap();
        let run = world.run(1, Some(&slow));
        let slow_run = run.id;
        world.store.runs().insert(run).await.unwrap();

        world.clock.advance(LEASE * 2);
        let rescued = world.store.jobs().rescue(Rescue { limit: 10, max_crashes: 3, now: world.now() }).await.unwrap();
        assert_eq!(rescued.len(), 1);
        let next = world.claim().await.expect("rescued");
        assert_eq!((next.id, next.attempt, next.crashes), (slow.id, 2, 1));
        let theirs = Checkpoint::parse(r#"{"page":2}"#).unwrap();
        world.store.checkpoints().save(next.fence(), sync, &theirs, world.now()).await.unwrap();
        let mut batch = world.batch(&of, &[r#"{"id":"a","by":"next"}"#]);
        (batch.fence, batch.writer) = (Some(next.fence()), Some(next.id));
        world.store.records().save(batch).await.unwrap();

        let (store, now, old) = (&world.store, world.now(), slow.fence());
        let mut batch = world.batch(&of, &[r#"{"id":"a","by":"slow"}"#, r#"{"id":"b","by":"slow"}"#]);
        batch.fence = Some(old);
        let update = UpdateRecords { fence: Some(old), collection: of.clone(), records: vec![(id("a"), r#"{"id":"a","x":1}"#.to_owned())],
            keep_changes_after: None, writer: None, now };
        let track = TrackDeletes { fence: Some(old), collection: of.clone(), writer: None, now };
        let mine = Checkpoint::parse(r#"{"page":1}"#).unwrap();
        let end = FinishRun { id: slow_run, state: RunState::Succeeded, output: None, error: None, counts: BTreeMap::default(),
            usage: RunUsage::default(), job: Some((old, JobDecision::Complete)), now };
        let refused = [
            ("save", store.records().save(batch).await.err()),
            ("update", store.records().update(update).await.err()),
            ("delete", store.records().delete(Some(old), of.clone(), vec![id("a")], None, now).await.err()),
            ("delete_all", store.records().delete_all(Some(old), of.clone(), 10).await.err()),
            ("track start", store.records().track_deletes_start(track.clone(), false).await.err()),
            ("track end", store.records().track_deletes_end(track).await.err()),
            ("checkpoint", store.checkpoints().save(old, sync, &mine, now).await.err()),
            ("clear", store.checkpoints().clear(old, sync).await.err()),
            ("heartbeat", store.jobs().heartbeat(&old, now).await.err()),
            ("snooze", store.jobs().snooze(&old, now, now).await.err()),
            ("fail", store.jobs().fail(&old, "x", JobDecision::Discard, now).await.err()),
            ("complete", store.jobs().complete(&old, now).await.err()),
            ("finish", store.runs().finish(end).await.err()),
        ];
        for (what, error) in refused {
            assert!(matches!(error, Some(Error::Fenced)), "{what}: {error:?}");
        }

        assert_eq!(store.checkpoints().lookup(sync).await.unwrap().unwrap(), (theirs, 1));
        let page = world.list(&of, None, 10).await;
        assert_eq!(page.records.len(), 1);
        assert_eq!(page.records[0].payload.as_deref(), Some(r#"{"id":"a","by":"next"}"#));
        assert_eq!(store.runs().lookup(slow_run).await.unwrap().unwrap().state, RunState::Lost);
        assert!(store.jobs().complete(&next.fence(), now).await.is_ok());
    }

    /// D2
    async fn a_lost_run_is_marked_and_its_job_given_to_another_until_it_kills_too_many(database) {
        let world = World::new(database).await;
        let connection = world.connect("c").await;
        let mut ids = Vec::new();
        for crash in 1..=3_u8 {
            let job = world.claim().await.expect("available again");
            let run = world.run(crash, Some(&job));
            ids.push(run.id);
            world.store.runs().insert(run).await.unwrap();
            assert!(world.claim().await.is_none(), "one lease at a time");
            let rescue = Rescue { limit: 10, max_crashes: 3, now: world.now() };
            assert!(world.store.jobs().rescue(rescue).await.unwrap().is_empty(), "the lease holds");
            world.clock.advance(LEASE + Duration::from_secs(1));
            let rescued = world.store.jobs().rescue(Rescue { now: world.now(), ..rescue }).await.unwrap();
            let expected = if crash == 3 { JobState::Discarded } else { JobState::Available };
            assert_eq!((rescued[0].state, rescued[0].crashes), (expected, u32::from(crash)));
        }
        let mut begun = Vec::new();
        for id in ids {
            let run = world.store.runs().lookup(id).await.unwrap().unwrap();
            assert_eq!(run.state, RunState::Lost);
            begun.push(run.started_at);
        }
        // Whoever waits for the sync hears of it; that was written with the end.
        let notify = world.claim().await.expect("a message");
        let told: NotifySync = serde_json::from_str(&notify.payload).unwrap();
        assert_eq!((notify.kind, notify.connection, notify.sync), (JobKind::NotifySync, Some(connection), None));
        assert_eq!((told.is_poisoned, told.workers, told.trigger), (true, 3, Some(Trigger::Connection)));
        assert_eq!((told.started_at, told.failed_at), (begun.into_iter().min(), world.now()));
        assert!(world.claim().await.is_none());
    }

    /// D2: a job that comes further with each worker is not what ends them; one that does not is given up.
    async fn workers_that_a_job_outlived_are_forgotten_when_it_comes_further(database) {
        let world = World::new(database).await;
        world.connect("c").await;
        let rescue = async || {
            world.clock.advance(LEASE + Duration::from_secs(1));
            world.store.jobs().rescue(Rescue { limit: 10, max_crashes: 3, now: world.now() }).await.unwrap().pop().unwrap()
        };
        for _ in 0..2 {
            world.claim().await.expect("available again");
            rescue().await;
        }
        let job = world.claim().await.unwrap();
        assert_eq!((job.attempt, job.crashes, job.tries()), (3, 2, 1));
        let old = Fence { fence: job.fence - 1, ..job.fence() };
        world.store.jobs().progressed(old).await.unwrap();
        assert_eq!(world.store.jobs().lookup(job.id).await.unwrap().unwrap().crashes, 2, "what another worker says counts nothing");
        world.store.jobs().progressed(job.fence()).await.unwrap();
        let now = world.store.jobs().lookup(job.id).await.unwrap().unwrap();
        assert_eq!((now.attempt, now.crashes, now.tries()), (1, 0, 1));
        for crashes in 1..3 {
            let rescued = rescue().await;
            assert_eq!((rescued.state, rescued.crashes), (JobState::Available, crashes));
            assert_eq!(world.claim().await.unwrap().tries(), 1, "a crash is no failure of the job's");
        }
        assert_eq!(rescue().await.state, JobState::Discarded);
    }

    /// A sync that is given up for the server's own failures, without a run that could tell of it, is told as well.
    async fn a_sync_whose_attempts_are_used_up_is_told(database) {
        let world = World::new(database).await;
        world.connect("c").await;
        let mut state = JobState::Available;
        let mut tries = 0;
        while state == JobState::Available {
            let job = world.claim().await.expect("a try");
            assert_eq!(job.kind, JobKind::RunSync);
            state = world.store.jobs().fail(&job.fence(), "x", JobDecision::RetryAt(world.now()), world.now()).await.unwrap();
            tries += 1;
        }
        assert!(tries > 1 && state == JobState::Discarded);
        let told: NotifySync = serde_json::from_str(&world.claim().await.expect("a message").payload).unwrap();
        assert_eq!((told.is_poisoned, told.started_at), (false, None));
    }

    async fn a_unique_key_admits_one_active_job(database) {
        let world = World::new(database).await;
        let jobs = world.store.jobs();
        assert!(jobs.enqueue(job(&world, Some("k"))).await.unwrap().is_some());
        assert!(jobs.enqueue(job(&world, Some("k"))).await.unwrap().is_none());
        assert!(jobs.enqueue(job(&world, None)).await.unwrap().is_some());
        let running = world.claim().await.unwrap();
        assert!(jobs.enqueue(job(&world, Some("k"))).await.unwrap().is_none(), "running is active");
        jobs.complete(&running.fence(), world.now()).await.unwrap();
        assert!(jobs.enqueue(job(&world, Some("k"))).await.unwrap().is_some());
    }

    async fn attempts_are_used_up_and_a_snooze_is_none(database) {
        let world = World::new(database).await;
        let jobs = world.store.jobs();
        jobs.enqueue(job(&world, None)).await.unwrap();
        let later = world.now().plus(Duration::from_secs(10));
        let first = world.claim().await.unwrap();
        jobs.snooze(&first.fence(), later, world.now()).await.unwrap();
        assert!(world.claim().await.is_none(), "not yet");
        assert_eq!(jobs.next_scheduled_at().await.unwrap(), Some(later));
        world.clock.advance(Duration::from_secs(10));
        let first = world.claim().await.unwrap();
        assert_eq!(first.attempt, 1);
        let retry = JobDecision::RetryAt(world.now());
        assert_eq!(jobs.fail(&first.fence(), "no", retry, world.now()).await.unwrap(), JobState::Available);
        let second = world.claim().await.unwrap();
        assert!(second.fence > first.fence);
        assert_eq!(jobs.fail(&second.fence(), "no", retry, world.now()).await.unwrap(), JobState::Discarded);
        assert_eq!(jobs.count_active().await.unwrap(), 0);
        assert_eq!(jobs.prune(world.now().plus(LEASE), 10).await.unwrap(), 1);
    }

    /// C1
    async fn claimers_at_once_never_get_the_same_job(database) {
        let world = std::sync::Arc::new(World::new(database).await);
        for _ in 0..60 {
            world.store.jobs().enqueue(job(&world, None)).await.unwrap();
        }
        let tasks: Vec<_> = (0..4).map(|_| {
            let world = world.clone();
            TaskTracker::new().spawn(async move {
                let mut mine = Vec::new();
                while let Some(job) = world.claim().await {
                    mine.push(job.id);
                }
                mine
            })
        }).collect();
        let mut all = Vec::new();
        for task in tasks {
            all.extend(task.await.unwrap());
        }
        let claimed = all.len();
        all.sort();
        all.dedup();
        assert_eq!((claimed, all.len()), (60, 60));
    }

    async fn an_enqueued_job_wakes_who_waits(database) {
        let world = World::new(database).await;
        let mut wakeups = world.store.wakeups();
        wakeups.mark_unchanged();
        world.store.jobs().enqueue(job(&world, None)).await.unwrap();
        wakeups.changed().await.unwrap();
    }
}
