//! In what order jobs are claimed, and how many at once.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use syncline_domain::{ConnectionRowId, EnvironmentId, JobKind, JobState};
use syncline_store::{Claim, JobDecision, JobRow, Limits, NewJob, Rescue, Terms, on_each_database};
use tokio_util::task::TaskTracker;

use crate::fixture::{LEASE, World};

const NOISY: EnvironmentId = EnvironmentId(71);
const QUIET: EnvironmentId = EnvironmentId(72);

fn job(world: &World, environment: EnvironmentId, kind: JobKind) -> NewJob {
    NewJob {
        kind,
        payload: "{}".to_owned(),
        environment,
        connection: None,
        sync: None,
        unique_key: None,
        scheduled_at: world.now(),
        max_attempts: 3,
        now: world.now(),
    }
}

fn run(world: &World, environment: EnvironmentId, connection: i64, function: i64) -> NewJob {
    let payload = format!(r#"{{"function":{function}}}"#);
    NewJob { payload, connection: Some(ConnectionRowId(connection)), ..job(world, environment, JobKind::RunEvent) }
}

async fn enqueue(world: &World, new: NewJob) -> syncline_domain::JobId {
    world.store.jobs().enqueue(new).await.unwrap().unwrap()
}

async fn claim(world: &World, limit: u32, terms: Terms) -> Vec<JobRow> {
    let claim = Claim { owner: "test".to_owned(), kinds: JobKind::ALL.to_vec(), limit, lease: LEASE, now: world.now() };
    world.store.jobs().claim_under(claim, terms).await.unwrap()
}

fn limited(limits: Limits) -> Terms {
    Terms { limits, ..Terms::default() }
}

fn count<K: Ord>(jobs: &[JobRow], key: impl Fn(&JobRow) -> K) -> BTreeMap<K, usize> {
    let mut counts = BTreeMap::new();
    for job in jobs {
        *counts.entry(key(job)).or_default() += 1;
    }
    counts
}

on_each_database! {
    /// C7: what another environment has in line costs this one nothing.
    async fn a_noisy_environment_does_not_delay_a_quiet_one(database) {
        let world = World::new(database).await;
        for n in 0..300 {
            enqueue(&world, run(&world, NOISY, n, 1)).await;
        }
        enqueue(&world, run(&world, QUIET, 1, 1)).await;
        let first = claim(&world, 8, Terms::default()).await;
        assert_eq!(count(&first, |job| job.environment), BTreeMap::from([(NOISY, 7), (QUIET, 1)]), "no slot stays empty either");
        for n in 0..20 {
            enqueue(&world, run(&world, QUIET, n, 1)).await;
        }
        let second = claim(&world, 8, Terms::default()).await;
        assert_eq!(count(&second, |job| job.environment), BTreeMap::from([(NOISY, 4), (QUIET, 4)]));
        let mut turns = Vec::new();
        for _ in 0..4 {
            turns.push(claim(&world, 1, Terms::default()).await[0].environment);
        }
        assert!(turns == [NOISY, QUIET, NOISY, QUIET] || turns == [QUIET, NOISY, QUIET, NOISY], "{turns:?}");
        let last = Terms { last_slots: Some(HashSet::from([NOISY])), ..Terms::default() };
        assert_eq!(count(&claim(&world, 8, last).await, |job| job.environment), BTreeMap::from([(QUIET, 1)]), "one, and no more");
    }

    async fn more_environments_than_one_claim_serves_all_have_their_turn(database) {
        let world = World::new(database).await;
        for environment in 0..40 {
            for n in 0..3 {
                enqueue(&world, run(&world, EnvironmentId(100 + environment), n, 1)).await;
            }
        }
        let mut jobs = claim(&world, 20, Terms::default()).await;
        jobs.extend(claim(&world, 20, Terms::default()).await);
        jobs.extend(claim(&world, 20, Terms::default()).await);
        assert_eq!(jobs.len(), 60);
        assert_eq!(count(&jobs, |job| job.environment).len(), 40, "all had one before any had its third");
    }

    async fn a_connection_with_many_jobs_stands_before_its_neighbours_with_one(database) {
        let world = World::new(database).await;
        for _ in 0..50 {
            enqueue(&world, run(&world, QUIET, 1, 1)).await;
        }
        for connection in 2..5 {
            enqueue(&world, run(&world, QUIET, connection, 1)).await;
        }
        let first = claim(&world, 4, Terms::default()).await;
        assert_eq!(count(&first, |job| job.connection.unwrap().0), BTreeMap::from([(1, 1), (2, 1), (3, 1), (4, 1)]));
    }

    async fn a_kind_has_a_head_start_and_nothing_starves(database) {
        let world = World::new(database).await;
        let kinds = [JobKind::PurgeConnection, JobKind::DeliverWebhook];
        for kind in kinds {
            enqueue(&world, job(&world, QUIET, kind)).await;
        }
        assert_eq!(claim(&world, 1, Terms::default()).await[0].kind, JobKind::DeliverWebhook);
        world.clock.advance(Duration::from_mins(2));
        for _ in 0..5 {
            enqueue(&world, job(&world, QUIET, JobKind::DeliverWebhook)).await;
        }
        assert_eq!(claim(&world, 1, Terms::default()).await[0].kind, JobKind::PurgeConnection, "it waited long enough");
    }

    async fn what_waits_for_later_gets_in_line_when_it_is_due(database) {
        let world = World::new(database).await;
        let later = world.now().plus(Duration::from_secs(10));
        for _ in 0..20 {
            enqueue(&world, NewJob { scheduled_at: later, ..job(&world, QUIET, JobKind::DeliverWebhook) }).await;
        }
        let now = enqueue(&world, job(&world, QUIET, JobKind::DeliverWebhook)).await;
        let claimed = claim(&world, 9, Terms::default()).await;
        assert_eq!(claimed.iter().map(|job| job.id).collect::<Vec<_>>(), [now]);
        world.store.jobs().fail(&claimed[0].fence(), "no", JobDecision::RetryAt(later), world.now()).await.unwrap();
        assert!(claim(&world, 9, Terms::default()).await.is_empty());
        world.clock.advance(Duration::from_secs(10));
        assert_eq!(claim(&world, 30, Terms::default()).await.len(), 21);
    }

    async fn limits_hold_for_all_claimers_together_and_let_the_rest_pass(database) {
        let world = Arc::new(World::new(database).await);
        for n in 0..30 {
            enqueue(&world, run(&world, NOISY, 1, 10 + n % 2)).await;
            enqueue(&world, run(&world, QUIET, 2 + n % 10, 20)).await;
        }
        let limits = Limits { per_environment: 12, per_connection: 3, per_function: 10 };
        let tracker = TaskTracker::new();
        let tasks: Vec<_> = (0..4).map(|_| {
            let world = Arc::clone(&world);
            tracker.spawn(async move {
                let mut mine = Vec::new();
                loop {
                    let jobs = claim(&world, 5, limited(limits)).await;
                    if jobs.is_empty() {
                        return mine;
                    }
                    mine.extend(jobs);
                }
            })
        }).collect();
        let mut jobs = Vec::new();
        for task in tasks {
            jobs.extend(task.await.unwrap());
        }
        // One connection with 3 places; ten connections, whose one function has 10.
        assert_eq!(count(&jobs, |job| job.environment), BTreeMap::from([(NOISY, 3), (QUIET, 10)]));
        let standing = world.store.overview().standing(NOISY).await.unwrap();
        assert_eq!((standing.waiting.count + standing.held.count, standing.oldest), (27, Some(world.now())));
        // What limits nobody passes, and each end makes room for one.
        enqueue(&world, job(&world, NOISY, JobKind::DeliverWebhook)).await;
        assert_eq!(claim(&world, 9, limited(limits)).await[0].kind, JobKind::DeliverWebhook);
        let ended = jobs.iter().find(|job| job.environment == NOISY).unwrap();
        world.store.jobs().complete(&ended.fence(), world.now()).await.unwrap();
        assert_eq!(count(&claim(&world, 9, limited(limits)).await, |job| job.environment), BTreeMap::from([(NOISY, 1)]));
        assert!(claim(&world, 9, limited(limits)).await.is_empty());
        // Without limits nothing is held any more.
        assert!(world.store.jobs().release_unlimited(Limits::default()).await.unwrap() > 0);
        assert_eq!(claim(&world, 60, Terms::default()).await.len(), 60 - 3 - 10 - 1);
    }

    async fn an_environment_at_its_limit_is_passed_over(database) {
        let world = World::new(database).await;
        for n in 0..10 {
            enqueue(&world, run(&world, NOISY, n, n)).await;
            enqueue(&world, run(&world, QUIET, n, n)).await;
        }
        let limits = Limits { per_environment: 4, ..Limits::default() };
        let jobs = claim(&world, 20, limited(limits)).await;
        assert_eq!(count(&jobs, |job| job.environment), BTreeMap::from([(NOISY, 4), (QUIET, 4)]));
        assert!(claim(&world, 20, limited(limits)).await.is_empty());
    }

    /// D2: a job that kills its worker takes the others there along; they are not given up for it.
    async fn suspects_are_tried_one_at_a_time_and_only_the_one_that_kills_is_given_up(database) {
        let world = World::new(database).await;
        let killer = enqueue(&world, run(&world, QUIET, 1, 1)).await;
        for n in 2..6 {
            enqueue(&world, run(&world, QUIET, n, 1)).await;
        }
        let (mut suspect, mut done, mut dead) = (false, 0, Vec::new());
        for _ in 0..40 {
            let claimed = claim(&world, 10, Terms { no_suspects: suspect, ..Terms::default() }).await;
            if claimed.is_empty() {
                break;
            }
            suspect = false;
            assert!(claimed.iter().filter(|job| job.is_suspect()).count() <= 1, "one at a time");
            if claimed.iter().any(|job| job.id == killer) {
                world.clock.advance(LEASE + Duration::from_secs(1));
                let lost = world.store.jobs().rescue(Rescue { limit: 10, max_crashes: 5, now: world.now() }).await.unwrap();
                assert_eq!(lost.len(), claimed.len());
                dead.extend(lost.into_iter().filter(|job| job.state == JobState::Discarded).map(|job| job.id));
            } else {
                for job in &claimed {
                    world.store.jobs().complete(&job.fence(), world.now()).await.unwrap();
                    done += 1;
                }
            }
        }
        assert_eq!((dead, done), (vec![killer], 4));
    }

    async fn a_purge_is_never_given_up(database) {
        let world = World::new(database).await;
        let max_attempts = i32::MAX.unsigned_abs();
        enqueue(&world, NewJob { max_attempts, ..job(&world, QUIET, JobKind::PurgeConnection) }).await;
        for _ in 0..4 {
            assert_eq!(claim(&world, 1, Terms::default()).await.len(), 1);
            world.clock.advance(LEASE * 2);
            let lost = world.store.jobs().rescue(Rescue { limit: 10, max_crashes: 2, now: world.now() }).await.unwrap();
            assert_eq!(lost[0].state, JobState::Available);
        }
    }
}

/// PostgreSQL only: SQLite has no other nodes.
#[test]
fn a_job_wakes_who_waits_on_another_node() {
    use syncline_store::testing::{TestDatabase, block_on};
    block_on(async {
        let Some(database) = TestDatabase::postgres().await else { return };
        let other = database.open().await;
        let mut wakeups = other.wakeups();
        let world = World::new(database).await;
        // The other node listens from some time after it was opened.
        let woken = async {
            while tokio::time::timeout(Duration::from_millis(100), wakeups.changed()).await.is_err() {
                enqueue(&world, job(&world, QUIET, JobKind::DeliverWebhook)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), woken).await.expect("the other node hears of a job");
    });
}
