//! Whoever lost its lease writes nothing more: each write that a run or a job can cause, by its old holder, while another has it.
//!
//! The rest of the list is where those writes are tested otherwise: `jobs` (records, deletes, tracking, checkpoints, heartbeats, the ends of jobs and
//! runs), `function_checkpoints`, `webhooks` and `webhook_attempts` (deliveries), `incoming_webhooks` (routing), `refresh` (credentials).

use std::collections::BTreeMap;
use std::time::Duration;

use syncline_domain::{
    Checkpoint, ConnectionRowId, IncomingWebhookId, JobState, OperationId, OperationKind, OperationState, RunId, RunState, SyncId,
    SyncState, Trigger, WebhookEndpointId,
};
use syncline_store::{
    AcquireLock, Error, Fence, FinishRun, JobDecision, JobRow, LineKind, LogLine, NewOperation, Rescue, RunUsage, TriggerSync,
    on_each_database,
};

use crate::fixture::{LEASE, World};

/// A run whose node stood still for longer than its lease, and the one that took its place.
struct Overtaken {
    world: World,
    connection: ConnectionRowId,
    sync: SyncId,
    /// The sleeper's.
    run: RunId,
    stale: Fence,
    successor: JobRow,
    next_run: RunId,
}

impl Overtaken {
    async fn new(database: syncline_store::testing::TestDatabase) -> Self {
        let world = World::new(database).await;
        let connection = world.connect("c").await;
        let job = world.claim().await.expect("a new connection's sync is due");
        let run = begin(&world, 1, &job).await;
        world.clock.advance(LEASE * 2);
        assert_eq!(world.store.jobs().rescue(rescue(&world)).await.unwrap().len(), 1);
        let successor = world.claim().await.expect("rescued");
        let next_run = begin(&world, 2, &successor).await;
        let sync = job.sync.unwrap();
        Self { stale: job.fence(), world, connection, sync, run, successor, next_run }
    }

    async fn metadata(&self) -> Option<String> {
        self.world.store.connections().lookup_by_row_id(self.connection).await.unwrap().unwrap().metadata
    }
}

fn rescue(world: &World) -> Rescue {
    Rescue { limit: 10, max_crashes: 5, now: world.now() }
}

async fn begin(world: &World, number: u8, job: &JobRow) -> RunId {
    let run = world.run(number, Some(job));
    let id = run.id;
    world.store.runs().insert(run).await.unwrap();
    id
}

fn line(world: &World, message: &str) -> LogLine {
    LogLine { kind: LineKind::Log, at: world.now(), level: "info".to_owned(), message: message.to_owned(), fields: None }
}

fn lock(world: &World, fence: Fence, owner: RunId) -> AcquireLock {
    AcquireLock {
        fence: Some(fence),
        environment: world.environment,
        key: "k".to_owned(),
        owner,
        ttl: Duration::from_hours(1),
        now: world.now(),
    }
}

on_each_database! {
    /// D3
    async fn a_sleeper_changes_no_metadata(database) {
        let it = Overtaken::new(database).await;
        let (connections, now) = (it.world.store.connections(), it.world.now());
        assert!(connections.set_metadata_of_run(Some(it.successor.fence()), it.connection, r#"{"by":"next"}"#, now).await.unwrap());
        let late = connections.set_metadata_of_run(Some(it.stale), it.connection, r#"{"by":"sleeper"}"#, now).await;
        assert!(matches!(late, Err(Error::Fenced)), "{late:?}");
        let late = connections.merge_metadata_of_run(Some(it.stale), it.connection, r#"{"and":1}"#, now).await;
        assert!(matches!(late, Err(Error::Fenced)), "{late:?}");
        assert_eq!(it.metadata().await.as_deref(), Some(r#"{"by":"next"}"#));
    }

    /// D3: nor does it keep anybody out; and what it held is free as soon as its run is another's.
    async fn a_sleeper_takes_no_lock_and_loses_those_it_had(database) {
        let world = World::new(database).await;
        world.connect("c").await;
        let job = world.claim().await.unwrap();
        let run = begin(&world, 1, &job).await;
        let locks = world.store.locks();
        assert!(locks.try_acquire(lock(&world, job.fence(), run)).await.unwrap());
        world.clock.advance(LEASE * 2);
        world.store.jobs().rescue(rescue(&world)).await.unwrap();
        let next = world.claim().await.unwrap();
        let next_run = begin(&world, 2, &next).await;
        let late = locks.try_acquire(lock(&world, job.fence(), run)).await;
        assert!(matches!(late, Err(Error::Fenced)), "{late:?}");
        assert!(locks.try_acquire(lock(&world, next.fence(), next_run)).await.unwrap(), "the lock ended with the run that had it");
        assert_eq!(locks.release_all(run).await.unwrap(), 0, "it gives back nothing of another's");
        // A run that is cancelled has none left either.
        assert!(world.store.syncs().pause_now(job.sync.unwrap(), world.now()).await.unwrap());
        assert_eq!(locks.release_all(next_run).await.unwrap(), 0);
    }

    /// D3: a run that another node has ended says nothing more.
    async fn a_sleeper_adds_nothing_to_its_log(database) {
        let it = Overtaken::new(database).await;
        let logs = it.world.store.run_logs();
        for run in [it.run, RunId::new(it.world.now(), [9; 10])] {
            let late = logs.append(run, vec![line(&it.world, "I am back")]).await;
            assert!(matches!(late, Err(Error::Fenced)), "{late:?}");
            assert!(logs.list(run, 0, 10).await.unwrap().is_empty());
        }
        logs.append(it.next_run, vec![line(&it.world, "I am here")]).await.unwrap();
        assert!(it.world.store.syncs().pause_now(it.sync, it.world.now()).await.unwrap());
        assert!(matches!(logs.append(it.next_run, vec![line(&it.world, "still")]).await, Err(Error::Fenced)));
        assert_eq!(logs.list(it.next_run, 0, 10).await.unwrap().len(), 1);
    }

    /// D3
    async fn a_sleeper_starts_and_triggers_nothing(database) {
        let it = Overtaken::new(database).await;
        let (syncs, now) = (it.world.store.syncs(), it.world.now());
        let checkpoint = Checkpoint::parse(r#"{"page":1}"#).unwrap();
        it.world.store.checkpoints().save(it.successor.fence(), it.sync, &checkpoint, now).await.unwrap();
        for reset in [false, true] {
            let how = TriggerSync { reset, empty_cache: reset, trigger: Trigger::Function, now };
            let late = syncs.trigger_of_run(Some(it.stale), it.sync, how).await;
            assert!(matches!(late, Err(Error::Fenced)), "{late:?}");
        }
        let late = syncs.set_state_of_run(Some(it.stale), it.sync, SyncState::Paused, None).await;
        assert!(matches!(late, Err(Error::Fenced)), "{late:?}");
        let sync = syncs.lookup_by_id(it.sync).await.unwrap().unwrap();
        assert_eq!((sync.state, sync.next_run_at.is_some()), (SyncState::Started, true));
        assert_eq!(it.world.store.checkpoints().lookup(it.sync).await.unwrap(), Some((checkpoint, 1)));
        assert_eq!(it.world.store.jobs().lookup(it.successor.id).await.unwrap().unwrap().state, JobState::Running);
        // Who has the lease may, also for its own sync.
        let how = TriggerSync { reset: true, empty_cache: false, trigger: Trigger::Function, now };
        syncs.trigger_of_run(Some(it.successor.fence()), it.sync, how).await.unwrap();
    }

    /// D3: it begins no run, composes no message, routes nothing, releases nothing, cancels nothing and takes no credit.
    async fn a_sleeper_begins_and_ends_nothing(database) {
        let it = Overtaken::new(database).await;
        let (store, now) = (&it.world.store, it.world.now());
        let mut run = it.world.run(3, Some(&it.successor));
        run.job = Some(it.stale);
        let event = IncomingWebhookId::new(now, [1; 10]);
        let refused = [
            ("a run", store.runs().insert(run).await.err()),
            ("deliveries", store.webhook_deliveries().insert_all(it.stale, vec![], now).await.err()),
            ("a delivery", store.webhook_deliveries().begin(it.stale, syncline_domain::WebhookDeliveryId(1), now).await.err()),
            ("a release", store.webhook_endpoints().release(it.stale, WebhookEndpointId(1), 10, now).await.err()),
            ("a cancellation", store.async_actions().cancel(it.stale, now).await.err()),
            ("parking", store.incoming_webhooks().park(it.stale, event, it.world.integration, vec![], vec![], now).await.err()),
        ];
        for (what, error) in refused {
            assert!(matches!(error, Some(Error::Fenced)), "{what}: {error:?}");
        }
        store.jobs().progressed(it.stale).await.unwrap();
        let job = store.jobs().lookup(it.successor.id).await.unwrap().unwrap();
        assert_eq!((job.state, job.crashes, job.fence), (JobState::Running, 1, it.successor.fence), "nothing is held less against it");
        let state = async |run| store.runs().lookup(run).await.unwrap().unwrap().state;
        assert_eq!((state(it.run).await, state(it.next_run).await), (RunState::Lost, RunState::Running));
    }

    /// D3: what two nodes note of one thing comes in any order; an earlier end does not take the place of a later one.
    async fn a_late_note_of_an_earlier_attempt_changes_nothing(database) {
        let world = World::new(database).await;
        let begun = world.now();
        let note = |state, after: u64, summary: &str| NewOperation {
            id: OperationId::new(begun, [1; 10]),
            environment: world.environment,
            kind: OperationKind::WebhookSync,
            state,
            integration: None,
            connection: None,
            function: None,
            actor: None,
            summary: summary.to_owned(),
            detail: None,
            started_at: begun,
            finished_at: (state != OperationState::Waiting).then(|| begun.plus(Duration::from_secs(after))),
            messages: vec![],
        };
        let operations = world.store.operations();
        for (state, after, summary) in [
            (OperationState::Waiting, 1, "first"),
            (OperationState::Succeeded, 9, "replayed"),
            (OperationState::Failed, 5, "late news of the first"),
            (OperationState::Waiting, 6, "later news of it"),
        ] {
            operations.note(note(state, after, summary));
            operations.flush().await;
        }
        let found = operations.lookup(world.environment, OperationId::new(begun, [1; 10])).await.unwrap().unwrap();
        assert_eq!((found.state, found.summary.as_str()), (OperationState::Succeeded, "replayed"));
    }

    /// D12: the end of a run could not be written and its job was given back instead; or it began in a transaction whose answer was lost. It is
    /// lost then, and never one of two that run.
    async fn a_run_ends_with_its_job_whatever_became_of_its_own_end(database) {
        let world = World::new(database).await;
        world.connect("c").await;
        let first = world.claim().await.unwrap();
        let run = begin(&world, 1, &first).await;
        world.store.jobs().fail(&first.fence(), "the database failed", JobDecision::RetryAt(world.now()), world.now()).await.unwrap();
        let next = world.claim().await.unwrap();
        let next_run = begin(&world, 2, &next).await;
        let state = async |run| world.store.runs().lookup(run).await.unwrap().unwrap().state;
        assert_eq!((state(run).await, state(next_run).await), (RunState::Lost, RunState::Running));
        let end = FinishRun {
            id: next_run,
            state: RunState::Succeeded,
            output: None,
            error: None,
            counts: BTreeMap::default(),
            usage: RunUsage::default(),
            job: Some((next.fence(), JobDecision::Complete)),
            now: world.now(),
        };
        world.store.runs().finish(end).await.unwrap();
        assert_eq!((state(run).await, state(next_run).await), (RunState::Lost, RunState::Succeeded));
    }
}

on_each_database! {
    /// D2: an action in line whose process was killed has no lease that could end; its run is lost when it is older than any may be.
    async fn a_run_without_a_job_does_not_stay_open_for_ever(database) {
        let world = World::new(database).await;
        let old = world.run(1, None);
        let abandoned = old.id;
        world.store.runs().insert(old).await.unwrap();
        world.connect("c").await;
        let of_a_job = begin(&world, 3, &world.claim().await.unwrap()).await;
        world.clock.advance(Duration::from_mins(20));
        let young = world.run(2, None);
        let going_on = young.id;
        world.store.runs().insert(young).await.unwrap();
        let before = world.now().minus(Duration::from_mins(10));
        assert_eq!(world.store.runs().lose_abandoned(before, world.now(), 10).await.unwrap(), 1);
        assert_eq!(world.store.runs().lose_abandoned(before, world.now(), 10).await.unwrap(), 0);
        for (run, state) in [(abandoned, RunState::Lost), (going_on, RunState::Running), (of_a_job, RunState::Running)] {
            let found = world.store.runs().lookup(run).await.unwrap().unwrap();
            assert_eq!((found.state, found.finished_at), (state, (state == RunState::Lost).then(|| world.now())));
        }
    }

    /// D16: what a newer version put into the queue is left to it, by whoever claims, rescues, counts, lists and cancels.
    async fn jobs_of_an_unknown_kind_are_left_alone(database) {
        let world = World::new(database).await;
        for name in ["waits", "runs", "dead", "known"] {
            world.connect(name).await;
        }
        assert!(world.store.jobs().unknown_kinds().await.unwrap().is_empty());
        let mut jobs = Vec::new();
        while let Some(job) = world.claim().await {
            jobs.push(job);
        }
        let [waits, runs, dead, known] = &jobs[..] else { panic!("{jobs:?}") };
        world.store.jobs().snooze(&waits.fence(), world.now(), world.now()).await.unwrap();
        world.store.jobs().fail(&dead.fence(), "x", JobDecision::Discard, world.now()).await.unwrap();
        for job in [waits, runs, dead] {
            world.database.execute(&format!("UPDATE jobs SET kind = 'later' WHERE id = {}", job.id.0)).await;
        }
        world.clock.advance(LEASE * 2);
        let rescued = world.store.jobs().rescue(rescue(&world)).await.unwrap();
        assert_eq!(rescued.iter().map(|job| job.id).collect::<Vec<_>>(), [known.id], "and no other is held up by it");
        assert_eq!(world.store.jobs().unknown_kinds().await.unwrap(), [("later".to_owned(), 2)]);
        assert!(world.store.jobs().depth(world.now()).await.unwrap().iter().all(|depth| depth.count == 1));
        assert!(world.store.jobs().dead_letters(world.environment, None, 10).await.unwrap().is_empty());
        let mut claimed = Vec::new();
        while let Some(job) = world.claim().await {
            claimed.push(job);
        }
        assert!(claimed.iter().any(|job| job.id == known.id) && claimed.iter().all(|job| job.id != waits.id), "{claimed:?}");
        for job in [waits, runs] {
            assert!(world.store.connections().delete(job.connection.unwrap(), world.now()).await.unwrap());
        }
        assert!(world.store.jobs().unknown_kinds().await.unwrap().is_empty(), "a deleted connection takes its jobs along, whatever they are");
    }
}
