//! A primary that is lost for good, and its stand-by in its place.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use syncline_store::testing::TestCluster;

use super::chance::rounds;
use super::nodes::{Cut, live};

const RECORDS: u64 = 400;

/// D12: `kill -9` of the primary under load; the synchronous stand-by takes its place at the same address. Nothing acknowledged is lost, no record and
/// no position comes twice, no tick gives two runs, and the service resumes without anybody's help.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fail_over_to_a_synchronous_stand_by_loses_nothing_acknowledged() {
    rounds("fail-over to the stand-by", async |mut chance| {
        let Some((primary, mut standby)) = TestCluster::start_pair().await else { return };
        let mut cut = Cut::before(primary, 2).await;
        let fleet = &mut cut.fleet;
        for id in 0..RECORDS {
            fleet.provider.put(id, "before");
        }
        // One that is read in mid-sync, and whose reader has gone half the way.
        fleet.node(0).connect_and_settle("reader", json!({ "page_size": 4 })).await;
        let (before, cursor) = fleet.node(0).changes("reader", "Item", None).await;
        for id in 0..RECORDS {
            fleet.provider.put(id, "after");
        }
        let load = fleet.load("fail-over");
        let producers = load.start(8, &mut chance);
        let begin = fleet.provider.requests();
        fleet.node(1).trigger("reader", "full").await;
        load.reach(10 + chance.below(40)).await;
        fleet.node(0).eventually("the sync's first pages", || async { (fleet.provider.requests() > begin + 10).then_some(()) }).await;
        let (seen, half) = fleet.node(0).changes("reader", "Item", cursor).await;

        fleet.faults += 1;
        let told = load.acknowledged();
        cut.cluster.slay();
        standby.promote();
        for wire in &cut.wires {
            wire.repoint(standby.port());
        }
        load.reach(told + 30).await;
        producers.stop().await;
        let fleet = &mut cut.fleet;
        let verdict = fleet.reckon(&load, &mut chance).await;
        assert!(verdict.acknowledged as u64 >= told + 30);
        for at in 0..2 {
            let node = fleet.node(at);
            node.eventually("readiness", || async { node.get("/ready").await.status.is_success().then_some(()) }).await;
        }

        let node = fleet.node(0);
        node.eventually("the end of the sync", || async {
            let runs = node.runs("reader", "full").await;
            (runs[0]["state"] == "succeeded" && runs.len() > 1 && runs.iter().all(|run| run["state"] != "running")).then_some(())
        })
        .await;
        node.sync("reader", "full").await;
        let (rest, _) = node.changes("reader", "Item", half).await;
        let mut last = BTreeMap::new();
        for record in before.iter().chain(&seen).chain(&rest) {
            last.insert(record["id"].as_str().unwrap().to_owned(), record["name"].as_str().unwrap().to_owned());
        }
        assert_eq!(last, fleet.provider.truth(), "whoever goes on from an acknowledged cursor misses nothing");
        let (all, _) = node.changes("reader", "Item", None).await;
        assert_eq!(live(&all), fleet.provider.truth());
        // Each position once, over all that was ever read: one that was read and lost would be given again.
        let marks = |records: &[Value]| records.iter().map(|record| record["_nango_metadata"]["cursor"].clone()).collect::<Vec<_>>();
        let mut positions: Vec<_> = [&before[..], &seen[..], &rest[..]].concat().iter().map(|record| record["_nango_metadata"]["cursor"].to_string()).collect();
        let read = positions.len();
        positions.sort();
        positions.dedup();
        assert_eq!(positions.len(), read, "a position was given twice");
        assert_eq!(marks(&all).len() as u64, RECORDS);
        let twice = "SELECT COUNT(*) FROM (SELECT job, attempt FROM runs WHERE job IS NOT NULL AND state = 'succeeded' GROUP BY job, attempt HAVING COUNT(*) > 1) t";
        assert_eq!(standby.number(twice).await, 0, "one attempt succeeded twice");
        let open = "SELECT COUNT(*) FROM runs WHERE state = 'running'";
        node.eventually("the end of every run", || async { (standby.number(open).await == 0).then_some(()) }).await;
        cut.fleet.stop();
    })
    .await;
}
