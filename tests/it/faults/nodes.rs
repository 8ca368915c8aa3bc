//! Three servers on one PostgreSQL, each of which is killed, paused, or cut off from the database.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use syncline_store::testing::TestCluster;

use super::chance::rounds;
use super::fleet::Fleet;
use super::proxy::{FaultProxy, Flow};
use crate::provider::Provider;

/// Of every server here; `Node` sets it.
pub(crate) const LEASE: Duration = Duration::from_secs(2);

/// A cluster with a proxy of its own before each server.
pub(crate) struct Cut {
    pub(crate) cluster: TestCluster,
    pub(crate) wires: Vec<FaultProxy>,
    pub(crate) fleet: Fleet,
}

impl Cut {
    pub(crate) async fn start(nodes: usize) -> Option<Self> {
        Some(Self::before(TestCluster::start().await?, nodes).await)
    }

    pub(crate) async fn before(cluster: TestCluster, nodes: usize) -> Self {
        let (mut wires, mut urls) = (Vec::new(), Vec::new());
        for _ in 0..nodes {
            let wire = FaultProxy::before(cluster.port()).await;
            urls.push(cluster.url().replace(&format!(":{}/", cluster.port()), &format!(":{}/", wire.port())));
            wires.push(wire);
        }
        Self { fleet: Fleet::on(&urls).await, cluster, wires }
    }
}

/// C1, D2, D13: producers at every server, and kills, pauses and partitions among them. Nothing acknowledged is lost, nothing is made up, and
/// whatever is done twice is explained by a fault.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_pauses_and_partitions_of_three_nodes_lose_no_work() {
    const FAULTS: u64 = 8;
    let Some(mut cut) = Cut::start(3).await else { return };
    rounds("three nodes", async |mut chance| {
        cut.fleet.provider.forget();
        let load = cut.fleet.load(&format!("three-{}", cut.fleet.faults));
        let producers = load.start(9, &mut chance);
        for _ in 0..FAULTS {
            load.reach(load.acknowledged() + 5 + chance.below(20)).await;
            let at = chance.index(3);
            let kind = chance.below(5);
            let wire = cut.wires[at].clone();
            println!("fault {kind} at node {at} after {} acknowledged", load.acknowledged());
            match kind {
                0 | 1 => {
                    cut.fleet.kill(at);
                    load.reach(load.acknowledged() + 10).await;
                    cut.fleet.launch(at).await;
                }
                2 => {
                    // Longer than its leases live, so that the others take over; then it wakes and finds out.
                    cut.fleet.faults += 1;
                    cut.fleet.node(at).pause();
                    lasts(LEASE * 2).await;
                    cut.fleet.node(at).resume();
                }
                3 => {
                    cut.fleet.faults += 1;
                    let flows = [Flow::Stalled, Flow::RequestsStalled, Flow::AnswersStalled, Flow::Refused];
                    wire.set(flows[chance.index(flows.len())]);
                    lasts(LEASE * 2).await;
                    wire.cut();
                    wire.set(Flow::Open);
                }
                _ => {
                    cut.fleet.faults += 1;
                    // A slow wire from now on, which breaks somewhere in a message.
                    wire.delay(Duration::from_micros(chance.below(2_000)));
                    wire.cut_after(chance.below(20_000));
                    load.reach(load.acknowledged() + 20).await;
                }
            }
        }
        load.reach(load.acknowledged() + 20).await;
        producers.stop().await;
        let verdict = cut.fleet.reckon(&load, &mut chance).await;
        assert!(verdict.acknowledged as u64 > FAULTS * 5);
    })
    .await;
    cut.fleet.stop();
}

/// D3: a node that stood still for two leases wakes in the middle of its run. Another has finished it by then; whatever the sleeper still writes is
/// refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_node_cannot_write_after_its_lease() {
    let Some(mut cut) = Cut::start(1).await else { return };
    rounds("a pause in mid-sync", async |mut chance| {
        let fleet = &mut cut.fleet;
        for id in 0..300 {
            fleet.provider.put(id, &format!("before the pause {}", fleet.faults));
        }
        let name = format!("sleeper-{}", fleet.faults);
        fleet.node(0).connect_and_settle(&name, json!({ "page_size": 3 })).await;
        let begin = fleet.provider.requests();
        fleet.node(0).trigger(&name, "full").await;
        pages(&fleet.provider, begin + 10 + u32::try_from(chance.below(60)).unwrap(), fleet).await;
        fleet.node(0).pause();
        fleet.faults += 1;
        // What the successor finds is not what the sleeper read.
        for id in 0..300 {
            fleet.provider.put(id, &format!("after the pause {}", fleet.faults));
        }
        fleet.provider.remove(7);
        let mut successor = cut.fleet.another(&cut.cluster.url(), "successor").await;
        successor
            .eventually("end of the successor's run", || async {
                let runs = successor.runs(&name, "full").await;
                (runs[0]["state"] == "succeeded" && runs.len() > 2).then_some(())
            })
            .await;
        let fleet = &mut cut.fleet;
        let (settled, _) = successor.changes(&name, "Item", None).await;
        fleet.node(0).resume();
        // A graceful stop waits for its runs: afterwards the sleeper has tried whatever it wanted to write.
        fleet.terminate(0);
        let (after, _) = successor.changes(&name, "Item", None).await;
        assert_eq!(settled, after, "the sleeper wrote");
        let (mut shown, truth) = (live(&after), fleet.provider.truth());
        // The first attempt had seen it before it was gone; the next complete run finds out.
        shown.remove("7");
        assert_eq!(shown, truth);
        let path = format!("/sync/status?syncs=full&provider_config_key=fixture&connection_id={name}");
        let status = successor.get(&path).await.ok();
        assert!(status["syncs"][0]["checkpoint"].is_null(), "the successor's is cleared: {status}");
        let states: Vec<_> = successor.runs(&name, "full").await.iter().map(|run| run["state"].clone()).collect();
        assert_eq!(states, [json!("succeeded"), json!("lost"), json!("succeeded")]);
        successor.sync(&name, "full").await;
        assert_eq!(live(&successor.changes(&name, "Item", None).await.0), truth);
        successor.terminate();
        fleet.launch(0).await;
        fleet.provider.put(7, "back");
    })
    .await;
    cut.fleet.stop();
}

/// A rolling restart: every server in turn gets SIGTERM and a successor, while the load goes on at the others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_loses_nothing_and_repeats_nothing() {
    let Some(mut cut) = Cut::start(3).await else { return };
    rounds("a rolling restart", async |mut chance| {
        cut.fleet.provider.forget();
        let load = cut.fleet.load(&format!("rolling-{}", chance.below(1_000_000)));
        let producers = load.start(6, &mut chance);
        for at in 0..3 {
            load.reach(load.acknowledged() + 15).await;
            cut.fleet.terminate(at);
            load.reach(load.acknowledged() + 5).await;
            cut.fleet.launch(at).await;
        }
        load.reach(load.acknowledged() + 15).await;
        producers.stop().await;
        let verdict = cut.fleet.reckon(&load, &mut chance).await;
        // Nobody was killed: there is no fault that a repetition could be explained by.
        assert!(verdict.duplicates.is_empty() && cut.fleet.faults == 0, "{verdict:?}");
    })
    .await;
    cut.fleet.stop();
}

/// A fault that lasts: the time is the fault.
pub(crate) async fn lasts(duration: Duration) {
    tokio::time::sleep(duration).await;
}

/// Id to name of what is not deleted.
pub(super) fn live(records: &[Value]) -> BTreeMap<String, String> {
    let live = records.iter().filter(|record| record["_nango_metadata"]["last_action"] != "DELETED");
    live.map(|record| (record["id"].as_str().unwrap().to_owned(), record["name"].as_str().unwrap().to_owned())).collect()
}

async fn pages(provider: &Provider, count: u32, fleet: &Fleet) {
    fleet.node(0).eventually("pages read", || async { (provider.requests() >= count).then_some(()) }).await;
}
