//! A later version on an earlier database, and the other way round.

use serde_json::json;

use super::chance::rounds;
use super::fleet::Fleet;
use crate::app::App;
use crate::both::on_both_databases;
use crate::node::{Node, Place};

/// The last one before jobs had an order, fair shares and dead letters.
const BEFORE: i64 = 8;

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
