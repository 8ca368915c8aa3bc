//! Schedules when nodes fail, and when all are due at once.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use syncline_domain::{Clock as _, SystemClock, Timestamp};
use syncline_store::testing::TestDatabase;

use super::chance::{number, rounds};
use super::fleet::Fleet;
use super::nodes::{Cut, LEASE, lasts};
use super::proxy::Flow;
use crate::both::on_both_databases;

/// A tick a second.
const PERIOD: Duration = Duration::from_secs(1);
/// Between a tick and its run on a loaded machine.
const SLACK: Duration = Duration::from_secs(3);

/// D13: whichever node stands still or is cut off, the others go on with the schedules within two leases, and no tick runs twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn schedules_go_on_when_a_node_is_lost_and_no_tick_runs_twice() {
    let Some(mut cut) = Cut::start(3).await else { return };
    rounds("schedules and lost nodes", async |mut chance| {
        let fleet = &mut cut.fleet;
        for connection in fleet.connections.clone() {
            frequency(fleet, &connection, "every 1s").await;
        }
        let begin = SystemClock.now();
        for fault in 0..2 {
            ticks(fleet, begin, 6 * (fault + 1)).await;
            let at = 1 + chance.index(2);
            fleet.faults += 1;
            if chance.below(2) == 0 {
                fleet.node(at).pause();
                lasts(LEASE * 2).await;
                fleet.node(at).resume();
            } else {
                cut.wires[at].set(Flow::Stalled);
                lasts(LEASE * 2).await;
                cut.wires[at].cut();
                cut.wires[at].set(Flow::Open);
            }
        }
        ticks(fleet, begin, 30).await;
        let mut starts = Vec::new();
        for connection in &fleet.connections {
            let mut runs = scheduled(fleet, connection, begin).await;
            runs.reverse();
            for pair in runs.windows(2) {
                // The next one of the same sync begins when the one before has ended, or was taken from whoever was lost.
                assert!(pair[0]["finished_at"].as_str() <= pair[1]["started_at"].as_str(), "two at once: {pair:?}");
            }
            let first = runs.iter().filter(|run| run["attempt"] == 1).map(|run| time(&run["started_at"])).collect::<Vec<_>>();
            let span = first.last().unwrap().since(first[0]);
            assert!(first.len() as u64 <= span.as_secs() / PERIOD.as_secs() + 2, "{} ticks ran in {span:?}: {runs:?}", first.len());
            starts.extend(first);
        }
        starts.sort();
        let gap = starts.windows(2).map(|pair| pair[1].since(pair[0])).max().unwrap();
        println!("{} ticks, the longest time without one: {gap:?}", starts.len());
        assert!(gap < LEASE * 2 + SLACK, "{gap:?} without a tick");
        for connection in fleet.connections.clone() {
            frequency(fleet, &connection, "every 1h").await;
        }
    })
    .await;
    cut.fleet.stop();
}

on_both_databases! {
    /// C9: all schedules are due at the same time, after a while in which no server ran. None is lost, none runs twice. How late the last one began is
    /// told, not asserted.
    async fn schedules_that_are_all_due_at_once_all_run(fleet: Fleet) {
        let count = number("SYNCLINE_FAULT_SCHEDULES").unwrap_or(1_000);
        fleet.terminate(0);
        let due = all_due_at_once(fleet.database(), count).await;
        let begin = Instant::now();
        fleet.launch(0).await;
        let done = "SELECT COUNT(DISTINCT sync) FROM runs WHERE sync LIKE '00000000-0000-4000-8000-%' AND state = 'succeeded'";
        let deadline = Duration::from_secs(60 + count / 10);
        let (database, count) = (fleet.database(), i64::try_from(count).unwrap());
        while database.number(done).await < count {
            assert!(begin.elapsed() < deadline, "{} of {count} ran", database.number(done).await);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let all = database.number("SELECT COUNT(*) FROM runs WHERE sync LIKE '00000000-0000-4000-8000-%'").await;
        assert_eq!(all, count, "some ran twice");
        let last = database.number("SELECT MAX(started_at) FROM runs WHERE sync LIKE '00000000-0000-4000-8000-%'").await;
        println!("{count} schedules due at once: all ran in {:?}; the last began {} ms after it was due", begin.elapsed(), (last - due) / 1_000);
    }
}

/// Gives a sync so many variants, all due now. Returns when that was, in microseconds.
pub(crate) async fn all_due_at_once(database: &TestDatabase, count: u64) -> i64 {
    let numbers = format!("WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {count})");
    let padded = if database.url().starts_with("sqlite") { "printf('%012d', n)" } else { "lpad(n::text, 12, '0')" };
    let due = SystemClock.now().unix_micros();
    database
        .execute(&format!(
            "{numbers} INSERT INTO syncs (id, environment, integration, connection, function, name, variant, state, next_run_at, created_at)
             SELECT '00000000-0000-4000-8000-' || {padded}, s.environment, s.integration, s.connection, s.function, s.name, 'v' || n, 'started',
                 {due}, {due}
             FROM (SELECT * FROM syncs WHERE name = 'full' ORDER BY created_at LIMIT 1) s, n"
        ))
        .await;
    due
}

async fn frequency(fleet: &Fleet, connection: &str, text: &str) {
    let body = json!({ "sync_name": "full", "provider_config_key": "fixture", "connection_id": connection, "frequency": text });
    fleet.node(0).call(Method::PUT, "/sync/update-connection-frequency", &[], Some(body)).await.ok();
}

/// Waits until each connection's sync ran so often by its schedule.
async fn ticks(fleet: &Fleet, since: Timestamp, count: usize) {
    for connection in &fleet.connections {
        fleet
            .node(0)
            .eventually("ticks", || async {
                (scheduled(fleet, connection, since).await.len() * fleet.connections.len() >= count).then_some(())
            })
            .await;
    }
}

/// Newest first.
async fn scheduled(fleet: &Fleet, connection: &str, since: Timestamp) -> Vec<Value> {
    let runs = fleet.node(0).runs(connection, "full").await;
    runs.into_iter().filter(|run| run["trigger"] == "schedule" && time(&run["started_at"]) >= since).collect()
}

fn time(value: &Value) -> Timestamp {
    Timestamp::parse(value.as_str().unwrap()).unwrap()
}
