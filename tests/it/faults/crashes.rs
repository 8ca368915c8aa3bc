//! One server that is killed again and again.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use syncline_domain::{Clock as _, SystemClock, Timestamp};
use syncline_store::testing::TestDatabase;

use super::chance::rounds;
use super::fleet::Fleet;
use crate::app::App;
use crate::both::on_both_databases;
use crate::guests::FIXTURE;
use crate::node::{Node, Place};

const KILLS: u64 = 6;
/// Acknowledged between two kills at most.
const BETWEEN: u64 = 25;

on_both_databases! {
    /// D1, D2: `kill -9` while requests come in and actions run. What was acknowledged is done; what is unknown is resolved under its key.
    async fn a_kill_while_work_is_accepted_loses_nothing_acknowledged(fleet: Fleet) {
        rounds("kills while work is accepted", async |mut chance| {
            let load = fleet.load(&format!("kills-{}", fleet.faults));
            let before = fleet.provider.witnessed();
            assert!(before.is_empty() || fleet.faults > 0);
            fleet.provider.forget();
            let producers = load.start(8, &mut chance);
            let begin = fleet.faults;
            for _ in 0..KILLS {
                load.reach(load.acknowledged() + 1 + chance.below(BETWEEN)).await;
                fleet.kill(0);
                fleet.launch(0).await;
            }
            load.reach(load.acknowledged() + BETWEEN).await;
            producers.stop().await;
            let verdict = fleet.reckon(&load, &mut chance).await;
            assert!(verdict.acknowledged as u64 > KILLS && u64::from(fleet.faults - begin) == KILLS);
        })
        .await;
    }

    /// D1: a new connection and the jobs that it causes are one: after a kill there are both or neither.
    async fn a_kill_leaves_no_connection_without_its_first_sync_and_no_sync_without_its_connection(fleet: Fleet) {
        rounds("kills while connections are made", async |mut chance| {
            fleet.provider.put(1, "one");
            let mut acknowledged = BTreeSet::new();
            for kill in 0..3 {
                let names: Vec<String> = (0..12).map(|number| format!("new-{}-{kill}-{number}", fleet.faults)).collect();
                let strike = 1 + chance.index(8);
                let told = Mutex::new(Vec::new());
                {
                    let node = fleet.node(0);
                    let making = names.iter().map(|name| async {
                        if node.try_connect(name).await {
                            told.lock().unwrap().push(name.clone());
                        }
                    });
                    let enough = async { while told.lock().unwrap().len() < strike { tokio::task::yield_now().await } };
                    // Whoever has no answer by then gets none any more.
                    tokio::select! {
                        _ = join_all(making) => {}
                        () = enough => {}
                    }
                }
                fleet.kill(0);
                acknowledged.extend(told.into_inner().unwrap());
                fleet.launch(0).await;
            }
            let node = fleet.node(0);
            let listed: Vec<String> = node.get("/connections?limit=1000").await.ok()["connections"].as_array().unwrap().iter()
                .map(|connection| connection["connection_id"].as_str().unwrap().to_owned()).collect();
            for name in &acknowledged {
                assert!(listed.contains(name), "{name} was acknowledged and is gone");
            }
            for name in &listed {
                node.eventually("the first sync of a connection", || async {
                    let runs = node.runs(name, "full").await;
                    runs.iter().any(|run| run["state"] == "succeeded").then_some(())
                }).await;
            }
        })
        .await;
    }

    /// D2: the run of a killed executor begins again within its lease and a second, as the next attempt, and never twice at once.
    async fn a_killed_executors_run_is_another_attempt_as_soon_as_its_lease_is_over(app: App) {
        for id in 0..400 {
            app.provider.put(id, "x");
        }
        app.deploy(&FIXTURE).await.ok();
        app.connect_and_settle("ada", json!({ "page_size": 2 })).await;
        let before = app.provider.requests();
        app.trigger("ada", "full").await;
        app.eventually("pages read", || async { (app.provider.requests() > before + 10).then_some(()) }).await;
        let killed = SystemClock.now();
        app.crash_and_restart().await;
        let restart = SystemClock.now().since(killed);
        let runs = app.eventually("the next attempt", || async {
            let runs = app.runs("ada", "full").await;
            (runs[0]["state"] == "succeeded" && runs.len() == 3).then_some(runs)
        })
        .await;
        assert_eq!(runs[1]["state"], "lost", "{runs:?}");
        let (first, second) = (&runs[1], &runs[0]);
        assert!(first["finished_at"].as_str().unwrap() <= second["started_at"].as_str().unwrap(), "two at once: {runs:?}");
        // The lease is 2 s from the last heartbeat before the kill. A machine that takes long to start a server also takes long for the rest.
        let after = Timestamp::parse(second["started_at"].as_str().unwrap()).unwrap().since(killed);
        assert!(after <= Duration::from_secs(2 + 1) + restart, "{after:?}, of which the restart took {restart:?}: {runs:?}");
        assert_eq!(app.changes("ada", "Item", None).await.0.len(), 400);
    }
}

/// D11
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_server_on_one_sqlite_file_is_refused_and_the_first_goes_on() {
    let mut app = App::start(TestDatabase::sqlite()).await;
    for _ in 0..2 {
        let place =
            Place { database_url: app.database.url(), directory: app.directory.path(), data: "data-2", public_url: None, rate_limit: 0 };
        let said = Node::refused(&place);
        assert!(said.contains("another server has the database") && said.contains("stop it first, or use PostgreSQL"), "{said}");
        app.get("/integrations").await.ok();
    }
    // A kill leaves no lock behind.
    app.crash_and_restart().await;
    app.get("/integrations").await.ok();
    app.stop();
}
