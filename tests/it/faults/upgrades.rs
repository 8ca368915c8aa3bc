//! A later version on an earlier database, and the other way round.

use serde_json::json;

use super::chance::rounds;
use super::fleet::Fleet;
use super::load::Load;
use crate::app::App;
use crate::both::on_both_databases;
use crate::node::{Node, Place};

/// The last one before jobs had an order, fair shares and dead letters.
const BEFORE: i64 = 8;
/// The connections whose actions are a newer version's.
const NEWER: [&str; 3] = ["c0", "c1", "c2"];
/// The one whose action nobody can read any more.
const DAMAGED: &str = "c3";

/// As SQL: the one asynchronous action of a connection.
fn job_of(connection: &str) -> String {
    format!("kind IN ('run_action', 'later') AND connection = (SELECT id FROM connections WHERE name = '{connection}')")
}

async fn alter(fleet: &Fleet, what: &str, connection: &str) {
    fleet.database().execute(&format!("UPDATE jobs SET {what} WHERE {}", job_of(connection))).await;
}

on_both_databases! {
    /// D16: a database of an earlier version with jobs that wait and jobs that a killed server left running. This version brings the schema up to
    /// date and does them all.
    async fn an_upgrade_keeps_queued_and_running_jobs(fleet: Fleet) {
        rounds("an upgrade under load", async |mut chance| {
            fleet.provider.forget();
            let load = fleet.load(&format!("upgrade-{}", fleet.faults));
            // One that runs when the server dies, and behind it one that waits.
            for connection in ["c0", "c0"] {
                let headers = [("Connection-Id", connection), ("Provider-Config-Key", "fixture"), ("X-Async", "true")];
                let body = json!({ "action_name": "fetch-status", "input": { "path": "/hold" } });
                fleet.node(0).call(reqwest::Method::POST, "/action/trigger", &headers, Some(body)).await.ok();
            }
            let producers = load.start(6, &mut chance);
            load.reach(20 + chance.below(40)).await;
            fleet.kill(0);
            producers.stop().await;
            let told = load.acknowledged();
            fleet.database().take_back_to(BEFORE).await;
            fleet.provider.open();
            fleet.launch(0).await;
            let verdict = fleet.reckon(&load, &mut chance).await;
            assert!(verdict.acknowledged as u64 >= told);
            let node = fleet.node(0);
            node.eventually("the end of those that were held", || async {
                let runs = node.runs("c0", "fetch-status").await;
                runs.iter().all(|run| run["state"] != "running").then_some(())
            })
            .await;
        })
        .await;
    }

    /// D16: what a newer server put into the queue, of a kind or in a form that this one does not know: it is left alone, whether it waits or its worker
    /// died with it; it is told of once; others are not held up; and it is done when a node comes that knows it. (A real older binary is not at hand:
    /// to this one, the jobs are made what those of a later version would be.) What no version can have written becomes a dead letter.
    async fn jobs_of_a_newer_version_wait_for_it_and_hold_up_no_others(fleet: Fleet) {
        rounds("jobs of a newer version", async |mut chance| {
            fleet.provider.forget();
            let node = fleet.node(0);
            let begun = fleet.provider.requests();
            for connection in NEWER.into_iter().chain([DAMAGED]) {
                let headers = [("Connection-Id", connection), ("Provider-Config-Key", "fixture"), ("X-Async", "true")];
                let body = json!({ "action_name": "fetch-status", "input": { "path": "/hold" } });
                node.call(reqwest::Method::POST, "/action/trigger", &headers, Some(body)).await.ok();
            }
            node.eventually("all four at the provider", || async { (fleet.provider.requests() >= begun + 4).then_some(()) }).await;
            fleet.kill(0);
            fleet.provider.open();
            alter(&fleet, "kind = 'later', state = 'available', owner = NULL, lease_expires_at = NULL, rank = 1", NEWER[0]).await;
            alter(&fleet, "kind = 'later'", NEWER[1]).await;
            alter(&fleet, r#"payload = '{"version":2,' || substr(payload, 2)"#, NEWER[2]).await;
            alter(&fleet, "payload = '{'", DAMAGED).await;
            fleet.launch(0).await;

            let node = fleet.node(0);
            let load = Load::new(&format!("beside-{}", fleet.faults), &fleet.addresses, &fleet.connections[4..]);
            let producers = load.start(4, &mut chance);
            load.reach(20 + chance.below(20)).await;
            producers.stop().await;
            fleet.reckon(&load, &mut chance).await;
            // Looked at, and put back.
            let looks = format!("SELECT fence FROM jobs WHERE {}", job_of(NEWER[2]));
            let first = fleet.database().number(&looks).await;
            node.eventually("two more looks", || async { (fleet.database().number(&looks).await >= first + 2).then_some(()) }).await;
            assert_eq!(fleet.database().number("SELECT COUNT(*) FROM jobs WHERE kind = 'later'").await, 2);
            let damaged = node.eventually("the damaged one's end", || async {
                let dead = node.get("/dead-letters").await.ok()["data"].clone();
                (dead != json!([])).then_some(dead)
            });
            let dead = damaged.await;
            assert_eq!(dead.as_array().map(Vec::len), Some(1), "{dead}");
            assert!(dead[0]["error"].as_str().unwrap().starts_with("its payload is damaged: "), "{dead}");
            let gone = node.call(reqwest::Method::DELETE, &format!("/dead-letters/{}", dead[0]["id"].as_str().unwrap()), &[], None).await;
            assert!(gone.status.is_success(), "{}", gone.text);
            let log = node.log();
            for told in ["jobs of this kind were made by a newer version", "jobs of a kind that only a newer version knows"] {
                assert_eq!(log.matches(told).count(), 1, "{told}: {log}");
            }

            // The node comes that knows them.
            alter(&fleet, "kind = 'run_action'", NEWER[0]).await;
            alter(&fleet, "kind = 'run_action'", NEWER[1]).await;
            alter(&fleet, r#"payload = replace(payload, '"version":2,', '')"#, NEWER[2]).await;
            for connection in NEWER {
                node.eventually("the action's end", || async {
                    let runs = node.runs(connection, "fetch-status").await;
                    (runs[0]["state"] == "succeeded").then_some(())
                })
                .await;
            }
        })
        .await;
    }

    /// D16: a binary that is older than the database does not touch it, and says what to do.
    async fn a_database_of_a_later_version_is_refused_cleanly(app: App) {
        app.stop();
        let sql = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'later', true, '', 0)";
        app.database.execute(sql).await;
        let place = Place { database_url: app.database.url(), directory: app.directory.path(), data: "data", public_url: None, rate_limit: 0 };
        let said = Node::refused(&place);
        assert!(said.contains("newer version of Syncline") && said.contains("9999") && said.contains("restore the backup"), "{said}");
        app.database.execute("DELETE FROM _sqlx_migrations WHERE version = 9999").await;
        app.restart().await;
        app.get("/integrations").await.ok();
    }
}
