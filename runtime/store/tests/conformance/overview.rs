//! The overview: what processes counted is added up, and what stands is counted.

use std::time::Duration;

use syncline_domain::{
    Clock as _, EnvironmentId, EnvironmentName, Figure, Figures, FunctionKind, ProxyOutcome, RecordChange, RunState, Timestamp,
};
use syncline_store::testing::TestDatabase;
use syncline_store::{Span, Store, on_each_database};

use crate::fixture::World;
use crate::refresh;

const MINUTE: Duration = Duration::from_mins(1);

async fn environment(store: &Store, name: &str, now: Timestamp) -> EnvironmentId {
    store.environments().ensure(&EnvironmentName::new(name).unwrap(), now).await.unwrap().id
}

/// Three minutes, from the clock's first.
async fn read(store: &Store, environment: EnvironmentId, since: Timestamp) -> Vec<Figures> {
    store.overview().history(environment, Span { since, step: MINUTE, steps: 3 }).await.unwrap()
}

fn runs(figures: &[Figures]) -> Vec<u64> {
    figures.iter().map(|figures| figures.get(Figure::RunsSucceeded)).collect()
}

/// In the middle of a minute: at its end one would count for the minute before.
fn begin(database: &TestDatabase) -> Timestamp {
    let minute = database.clock().now();
    database.clock().advance(MINUTE / 2);
    minute
}

fn run(store: &Store, environment: EnvironmentId, times: u32) {
    for _ in 0..times {
        store.metrics().run_ended(environment, FunctionKind::Sync, RunState::Succeeded, Duration::ZERO, Duration::ZERO);
    }
}

on_each_database! {
    /// However often it is written and whoever counted, everything is there once, in its minute and its environment.
    async fn what_processes_counted_is_added_up(database) {
        let (store, begin) = (database.open().await, begin(&database));
        let (dev, prod) = (environment(&store, "dev", begin).await, environment(&store, "prod", begin).await);
        run(&store, dev, 2);
        run(&store, prod, 7);
        store.metrics().call_ended(dev, ProxyOutcome::ClientError, 1, Some(Duration::from_millis(30)));
        store.metrics().records_changed(dev, &[(RecordChange::Updated, 1_000)]);
        store.overview().flush().await.unwrap();
        run(&store, dev, 1);
        store.overview().flush().await.unwrap();
        store.overview().flush().await.unwrap();
        database.clock().advance(MINUTE * 2);
        run(&store, dev, 4);
        // What was not written yet is when the process ends.
        store.close().await;
        let store = database.open().await;
        run(&store, dev, 5);
        store.overview().flush().await.unwrap();
        let figures = read(&store, dev, begin).await;
        assert_eq!(runs(&figures), [3, 0, 9]);
        let first = figures[0];
        assert_eq!((first.get(Figure::CallsClientError), first.get(Figure::RecordsUpdated), first.durations()[4]), (1, 1_000, 1));
        assert_eq!(runs(&read(&store, prod, begin).await), [7, 0, 0]);
        let hour = Span { since: begin, step: Duration::from_hours(1), steps: 1 };
        assert_eq!(runs(&store.overview().history(dev, hour).await.unwrap()), [12]);
        let later = Span { since: begin.plus(MINUTE), step: MINUTE, steps: 1 };
        assert_eq!(runs(&store.overview().history(dev, later).await.unwrap()), [0]);
    }

    /// A clock that is set back replaces nothing that was written before.
    async fn figures_survive_a_clock_that_is_set_back(database) {
        let (store, begin) = (database.open().await, begin(&database));
        let dev = environment(&store, "dev", begin).await;
        run(&store, dev, 1);
        store.overview().flush().await.unwrap();
        database.clock().advance(MINUTE);
        run(&store, dev, 2);
        store.overview().flush().await.unwrap();
        database.clock().set(begin.plus(MINUTE / 2));
        run(&store, dev, 4);
        store.overview().flush().await.unwrap();
        assert_eq!(runs(&read(&store, dev, begin).await), [5, 2, 0]);
    }

    /// While the database takes nothing, figures wait.
    async fn what_could_not_be_written_is_written_later(database) {
        let (store, begin) = (database.open().await, begin(&database));
        let (dev, gone) = (environment(&store, "dev", begin).await, EnvironmentId(777));
        database.execute("ALTER TABLE overview_minutes RENAME TO elsewhere").await;
        run(&store, dev, 2);
        assert!(store.overview().flush().await.is_err());
        database.clock().advance(MINUTE);
        run(&store, dev, 3);
        // Of an environment that was deleted: it stands in nobody's way.
        run(&store, gone, 1);
        assert!(store.overview().flush().await.is_err());
        database.execute("ALTER TABLE elsewhere RENAME TO overview_minutes").await;
        store.overview().flush().await.unwrap();
        assert_eq!(runs(&read(&store, dev, begin).await), [2, 3, 0]);
        assert_eq!(database.number("SELECT COUNT(*) FROM overview_minutes").await, 2);
    }

    async fn figures_are_kept_for_thirty_five_days(database) {
        let (store, begin) = (database.open().await, database.clock().now());
        let dev = environment(&store, "dev", begin).await;
        run(&store, dev, 1);
        store.overview().flush().await.unwrap();
        database.clock().advance(Duration::from_hours(35 * 24));
        store.sweep(database.clock().now(), 100).await.unwrap();
        assert_eq!(runs(&read(&store, dev, begin).await), [1, 0, 0]);
        database.clock().advance(Duration::from_secs(1));
        assert_eq!(store.sweep(database.clock().now(), 100).await.unwrap(), 1);
        assert_eq!(runs(&read(&store, dev, begin).await), [0, 0, 0]);
    }

    async fn what_stands_is_counted(database) {
        let world = World::new(database).await;
        let overview = world.store.overview();
        let quiet = overview.standing(world.environment).await.unwrap();
        assert_eq!((quiet.waiting.count, quiet.running.count, quiet.in_trouble.count, quiet.oldest), (0, 0, 0, None));
        let begin = world.now();
        world.connect("one").await;
        refresh::break_down(&world, "two").await;
        world.clock.advance(MINUTE);
        world.connect("three").await;
        let busy = overview.standing(world.environment).await.unwrap();
        assert_eq!((busy.waiting.count, busy.oldest, busy.in_trouble.count), (2, Some(begin), 1));
        assert!(!busy.waiting.and_more);
        let job = world.claim().await.unwrap();
        world.store.runs().insert(world.run(1, Some(&job))).await.unwrap();
        let running = overview.standing(world.environment).await.unwrap();
        assert_eq!((running.waiting.count, running.running.count), (1, 1));
        let other = overview.standing(EnvironmentId(world.environment.0 + 1)).await.unwrap();
        assert_eq!((other.waiting.count, other.running.count, other.in_trouble.count), (0, 0, 0));
    }
}

/// Nodes on one database are added up while they run.
#[test]
fn nodes_are_added_up() {
    syncline_store::testing::block_on(async {
        let Some(database) = TestDatabase::postgres().await else { return };
        let (one, other, begin) = (database.open().await, database.open().await, database.clock().now());
        let dev = environment(&one, "dev", begin).await;
        for (store, times) in [(&one, 3), (&other, 4)] {
            run(store, dev, times);
        }
        let (mine, theirs) = (one.overview(), other.overview());
        let (first, second) = tokio::join!(mine.flush(), theirs.flush());
        first.and(second).unwrap();
        assert_eq!(runs(&read(&one, dev, begin).await), [7, 0, 0]);
    });
}
