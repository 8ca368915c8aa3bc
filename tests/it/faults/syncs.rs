//! `kill -9` in the middle, and what is left afterwards.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::app::App;
use crate::both::on_both_databases;
use crate::guests::FIXTURE;

/// More than a job may outlive that comes no further: it would be taken for the cause.
const KILLS: usize = 12;

on_both_databases! {
    /// D2, D4, D5: twelve kills in mid-sync; the cache equals the provider, and a cursor never skips or goes back.
    async fn twelve_kills_in_mid_sync_lose_nothing(app: App) {
        const RECORDS: u64 = 3_000;
        for id in 0..RECORDS {
            app.provider.put(id, &format!("v0 of {id}"));
        }
        app.deploy(&FIXTURE).await.ok();
        app.connect("ada", json!({ "page_size": 20 })).await;

        let mut seen: BTreeMap<String, String> = BTreeMap::new();
        let mut cursor: Option<String> = None;
        let mut last_position = BTreeSet::new();
        for kill in 0..KILLS {
            // Somewhere in the run: when it has read as many more pages as this kill's turn asks for.
            let begin = app.provider.requests();
            let pages = 5 + (kill as u32 * 37) % 60;
            app.eventually("pages read", || async {
                let waiting = app.runs("ada", "full").await.first().is_none_or(|run| run["state"] != "running");
                if waiting && app.provider.requests() == begin {
                    app.trigger("ada", "full").await;
                }
                (app.provider.requests() >= begin + pages).then_some(())
            })
            .await;
            app.provider.put(kill as u64, &format!("changed before kill {kill}"));
            app.provider.remove(RECORDS - 1 - kill as u64);
            app.provider.put(RECORDS + kill as u64, "new");
            app.crash_and_restart().await;

            // A reader in between: what it read stays true, and it goes on from its cursor.
            let (changes, next) = app.changes("ada", "Item", cursor.clone()).await;
            for record in &changes {
                let mark = record["_nango_metadata"]["cursor"].as_str().unwrap().to_owned();
                assert!(last_position.insert(mark), "a cursor came twice");
            }
            apply(&mut seen, &changes);
            cursor = next;
        }
        // The interrupted run is tried again by itself; then a complete one sees every deletion.
        app.eventually("end of the rescued run", || async { (app.runs("ada", "full").await[0]["state"] == "succeeded").then_some(()) }).await;
        let run = app.sync("ada", "full").await;
        assert_eq!(run["state"], "succeeded", "{run}");
        let (changes, _) = app.changes("ada", "Item", cursor).await;
        apply(&mut seen, &changes);
        assert_eq!(seen, app.provider.truth(), "the reader that went by cursor");
        let mut fresh = BTreeMap::new();
        apply(&mut fresh, &app.changes("ada", "Item", None).await.0);
        assert_eq!(fresh, app.provider.truth(), "a reader that begins now");
        assert!(app.runs("ada", "full").await.iter().any(|run| run["state"] == "lost"), "no kill hit a run");
        let given_up = app.get("/dead-letters").await.ok();
        assert_eq!(given_up["data"], json!([]), "a job that came further with each worker was taken for what ends them");
    }

    /// A rolling deploy: SIGTERM in mid-sync reaches a checkpoint, and the next process goes on from it.
    async fn a_stop_in_mid_sync_hands_over_at_a_checkpoint(app: App) {
        hand_over(&mut app).await;
    }
}

/// SIGTERM in mid-sync reaches a checkpoint, and the next process goes on from it.
pub(crate) async fn hand_over(app: &mut App) {
    app.deploy(&FIXTURE).await.ok();
    app.connect_and_settle("ada", json!({ "count": 20_000, "page_size": 50, "size_bytes": 100 })).await;
    app.trigger("ada", "bulk").await;
    app.eventually("first checkpoint", || async {
        let status = app.get("/sync/status?syncs=bulk&provider_config_key=fixture&connection_id=ada").await.ok();
        status["syncs"][0]["checkpoint"]["pages"].as_u64().filter(|pages| *pages > 2)
    })
    .await;
    app.restart().await;
    let runs = app
        .eventually("end of the run", || async {
            let runs = app.runs("ada", "bulk").await;
            (runs[0]["state"] == "succeeded").then_some(runs)
        })
        .await;
    assert_eq!(runs[1]["state"], "interrupted", "{runs:?}");
    let added = |run: &serde_json::Value| run["counts"]["Item"]["added"].as_u64().unwrap();
    assert_eq!((added(&runs[0]) + added(&runs[1]), runs[0]["attempt"].clone()), (20_000, json!(1)), "pages were read twice: {runs:?}");
}

fn apply(state: &mut BTreeMap<String, String>, changes: &[serde_json::Value]) {
    for record in changes {
        let id = record["id"].as_str().unwrap().to_owned();
        if record["_nango_metadata"]["last_action"] == "DELETED" {
            state.remove(&id);
        } else {
            state.insert(id, record["name"].as_str().unwrap().to_owned());
        }
    }
}
