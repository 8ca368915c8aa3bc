//! Everything that starts, stops and times a sync, at once, on three schedulers.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use super::chance::{Chance, rounds};
use super::fleet::Fleet;
use super::nodes::{Cut, LEASE, lasts, live};
use super::proxy::Flow;

/// Of each connection, in each round.
const STEPS: u64 = 25;
/// The base variant of each connection's sync, and one more.
const VARIANTS: [&str; 2] = ["base", "other"];
/// Two runs of one sync at the same time: each began before the other had ended. A webhook's run is one beside.
const OVERLAPS: &str = "SELECT COUNT(*) FROM runs a JOIN runs b ON b.sync = a.sync AND b.id > a.id
    WHERE a.trigger_kind <> 'webhook' AND b.trigger_kind <> 'webhook'
        AND b.started_at < COALESCE(a.finished_at, 9223372036854775807) AND a.started_at < COALESCE(b.finished_at, 9223372036854775807)";
/// A job whose lease two runs began with: as many runs of one attempt as handed over, and one.
const TWICE: &str = "SELECT COUNT(*) FROM (SELECT job, attempt FROM runs WHERE job IS NOT NULL AND state <> 'interrupted'
    GROUP BY job, attempt HAVING COUNT(*) > 1) t";

/// C6: pauses that wait and that cancel, starts, triggers, full resyncs, frequencies and a scheduler that is lost, on three nodes at once. At most one
/// run of each sync, connection and variant at any time, as the history has it; afterwards each of them still works.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_starts_and_stops_a_sync_on_three_nodes_it_never_runs_twice_at_once() {
    let Some(mut cut) = Cut::start(3).await else { return };
    for id in 0..60 {
        cut.fleet.provider.put(id, "x");
    }
    for connection in &cut.fleet.connections {
        cut.fleet.node(0).set_metadata(connection, json!({ "page_size": 5 })).await;
        let body = json!({ "connection_id": connection, "provider_config_key": "fixture" });
        cut.fleet.node(0).post("/sync/full/variant/other", body).await.ok();
    }
    rounds("starts and stops", async |mut chance| {
        let racing: Vec<Chance> = cut.fleet.connections.iter().map(|_| chance.split()).collect();
        let (fleet, wires) = (&cut.fleet, &cut.wires);
        let racers = join_all(fleet.connections.iter().zip(racing).map(|(connection, chance)| race(fleet, connection, chance)));
        // The first node takes the requests that must not get lost; the others may.
        let faults = async {
            for _ in 0..2 {
                let at = 1 + chance.index(2);
                if chance.below(2) == 0 {
                    fleet.node(at).pause();
                    lasts(LEASE * 2).await;
                    fleet.node(at).resume();
                } else {
                    wires[at].set(Flow::Stalled);
                    lasts(LEASE * 2).await;
                    wires[at].cut();
                    wires[at].set(Flow::Open);
                }
            }
        };
        tokio::join!(racers, faults);
        settle(&cut).await;
        let (runs, overlaps) =
            (cut.cluster.number("SELECT COUNT(*) FROM runs WHERE sync IS NOT NULL").await, cut.cluster.number(OVERLAPS).await);
        println!("{runs} runs of {} syncs, {overlaps} overlap", VARIANTS.len() * cut.fleet.connections.len());
        assert_eq!((overlaps, cut.cluster.number(TWICE).await), (0, 0));
        assert!(runs > 0);
    })
    .await;
    cut.fleet.stop();
}

/// What backends and people do, without waiting for what comes of it.
async fn race(fleet: &Fleet, connection: &str, mut chance: Chance) {
    for _ in 0..STEPS {
        let node = fleet.node(0);
        let sync = json!({ "name": "full", "variant": VARIANTS[chance.index(2)] });
        let target = |more: Value| {
            let mut body = json!({ "syncs": [sync], "provider_config_key": "fixture", "connection_id": connection });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            body
        };
        let answer = match chance.below(7) {
            0 => node.post("/sync/trigger", target(json!({}))).await,
            1 => node.post("/sync/trigger", target(json!({ "opts": { "reset": true, "emptyCache": chance.below(2) == 0 } }))).await,
            2 => node.post("/sync/pause", target(json!({ "wait": true }))).await,
            3 => node.post("/sync/pause", target(json!({ "wait": false }))).await,
            4 => node.post("/sync/start", target(json!({}))).await,
            _ => frequency(fleet, connection, &sync, if chance.below(2) == 0 { "every 1s" } else { "every 2s" }).await,
        };
        answer.ok();
        lasts(Duration::from_millis(chance.below(120))).await;
    }
}

async fn frequency(fleet: &Fleet, connection: &str, sync: &Value, text: &str) -> crate::node::Answer {
    let body = json!({
        "sync_name": sync["name"], "sync_variant": sync["variant"], "provider_config_key": "fixture", "connection_id": connection,
        "frequency": text,
    });
    fleet.node(0).call(Method::PUT, "/sync/update-connection-frequency", &[], Some(body)).await
}

/// Every sync runs once more to its end and holds what the provider has; then nothing runs.
async fn settle(cut: &Cut) {
    let node = cut.fleet.node(0);
    for connection in &cut.fleet.connections {
        for variant in VARIANTS {
            let sync = json!({ "name": "full", "variant": variant });
            let body = json!({ "syncs": [sync], "provider_config_key": "fixture", "connection_id": connection });
            let mut pause = body.clone();
            pause["wait"] = json!(true);
            node.post("/sync/pause", pause).await.ok();
            let running = format!(
                "SELECT COUNT(*) FROM jobs WHERE sync IN (SELECT id FROM syncs WHERE variant = '{variant}' AND connection IN (SELECT id FROM connections WHERE name = '{connection}'))"
            );
            node.eventually("rest", || async { (cut.cluster.number(&running).await == 0).then_some(()) }).await;
            node.post("/sync/trigger", body).await.ok();
            node.eventually("the last run", || async { (cut.cluster.number(&running).await == 0).then_some(()) }).await;
            let headers = [("Connection-Id", connection.as_str()), ("Provider-Config-Key", "fixture")];
            let page = node.call(Method::GET, &format!("/records?model=Item&variant={variant}&limit=1000"), &headers, None).await.ok();
            let shown: BTreeMap<_, _> = live(page["records"].as_array().unwrap());
            assert_eq!(shown, cut.fleet.provider.truth(), "{connection} {variant}");
        }
    }
}
