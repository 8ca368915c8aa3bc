//! When syncs run, and that they never run twice at once.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

use crate::app::App;
use crate::both::on_both_databases;
use crate::guests::FIXTURE;

on_both_databases! {
    async fn a_sync_runs_by_its_schedule_until_it_is_paused(app: App) {
        app.deploy(&FIXTURE).await.ok();
        app.connect("ada", json!({})).await;
        let body = json!({ "sync_name": "full", "provider_config_key": "fixture", "connection_id": "ada", "frequency": "every 1s" });
        app.call(Method::PUT, "/sync/update-connection-frequency", &[], Some(body)).await.ok();
        app.eventually("three scheduled runs", || async {
            let runs = app.runs("ada", "full").await;
            (runs.iter().filter(|run| run["trigger"] == "schedule" && run["state"] == "succeeded").count() >= 3).then_some(())
        })
        .await;
        app.post("/sync/pause", json!({ "syncs": ["full"], "provider_config_key": "fixture", "connection_id": "ada" })).await.ok();
        let status = app
            .eventually("pause", || async {
                let status = app.get("/sync/status?syncs=full&provider_config_key=fixture&connection_id=ada").await.ok()["syncs"][0].clone();
                (status["status"] == "PAUSED").then_some(status)
            })
            .await;
        assert!(status["nextScheduledSyncAt"].is_null(), "{status}");
        let wrong = json!({ "sync_name": "full", "provider_config_key": "fixture", "connection_id": "ada", "frequency": "sometimes" });
        let answer = app.call(Method::PUT, "/sync/update-connection-frequency", &[], Some(wrong)).await;
        assert_eq!(answer.status.as_u16(), 400, "{}", answer.text);
    }

    async fn a_long_sync_hands_over_at_a_checkpoint_and_goes_on_at_once(app: App) {
        app.deploy(&FIXTURE).await.ok();
        app.connect_and_settle("ada", json!({ "count": 40_000, "page_size": 50, "size_bytes": 100 })).await;
        app.restart_with(&[("SYNCLINE_SOFT_DEADLINE_SECONDS", "1")]).await;
        app.trigger("ada", "bulk").await;
        let runs = app
            .eventually("end of the sync", || async {
                let runs = app.runs("ada", "bulk").await;
                runs.first().is_some_and(|run| run["state"] == "succeeded").then_some(runs)
            })
            .await;
        assert!(runs.len() > 1 && runs[1..].iter().all(|run| run["state"] == "interrupted"), "{runs:?}");
        let added: u64 = runs.iter().filter_map(|run| run["counts"]["Item"]["added"].as_u64()).sum();
        assert_eq!(added, 40_000, "pages were read twice: {runs:?}");
        assert!(runs.iter().all(|run| run["attempt"] == 1), "a handover is no try: {runs:?}");
    }

    /// D4: what a full resync saved before it handed over is still there when it is done.
    async fn a_full_resync_that_hands_over_empties_the_cache_once(app: App) {
        app.deploy(&FIXTURE).await.ok();
        app.connect_and_settle("ada", json!({ "count": 40_000, "page_size": 50, "size_bytes": 100 })).await;
        app.restart_with(&[("SYNCLINE_SOFT_DEADLINE_SECONDS", "1")]).await;
        let body = json!({ "syncs": ["bulk"], "provider_config_key": "fixture", "connection_id": "ada", "sync_mode": "full_refresh_and_clear_cache" });
        app.post("/sync/trigger", body).await.ok();
        let runs = app
            .eventually("end of the sync", || async {
                let runs = app.runs("ada", "bulk").await;
                runs.first().is_some_and(|run| run["state"] == "succeeded").then_some(runs)
            })
            .await;
        assert!(runs.len() > 1, "it handed over: {runs:?}");
        let (records, _) = app.changes("ada", "Item", None).await;
        assert_eq!(records.len(), 40_000, "the second run emptied what the first had saved");
    }

    async fn a_pause_cancels_a_run_unless_it_waits(app: App) {
        app.deploy(&FIXTURE).await.ok();
        app.connect_and_settle("ada", json!({ "count": 20_000, "page_size": 50, "size_bytes": 100 })).await;
        let pause = |wait| json!({ "syncs": ["bulk"], "provider_config_key": "fixture", "connection_id": "ada", "wait": wait });
        let target = json!({ "syncs": ["bulk"], "provider_config_key": "fixture", "connection_id": "ada" });
        for (wait, state) in [(false, "cancelled"), (true, "succeeded")] {
            app.post("/sync/start", target.clone()).await.ok();
            app.trigger("ada", "bulk").await;
            let begun = app
                .eventually("a run", || async { app.runs("ada", "bulk").await.into_iter().find(|run| run["state"] == "running") })
                .await;
            app.post("/sync/pause", pause(wait)).await.ok();
            app.eventually("its end", || async {
                let run = app.get(&format!("/runs/{}", begun["id"].as_str().unwrap())).await.ok()["data"].clone();
                (run["state"] != "running").then(|| assert_eq!(run["state"], state, "{run}"))
            })
            .await;
        }
    }

    /// C6
    async fn triggers_pauses_and_schedules_at_once_never_run_a_sync_twice(app: App) {
        for id in 0..200 {
            app.provider.put(id, "x");
        }
        app.deploy(&FIXTURE).await.ok();
        app.connect("ada", json!({ "page_size": 5 })).await;
        let target = json!({ "syncs": ["full"], "provider_config_key": "fixture", "connection_id": "ada" });
        let frequency = |text: &str| json!({ "sync_name": "full", "provider_config_key": "fixture", "connection_id": "ada", "frequency": text });
        let app = &app;
        for round in 0..5 {
            let requests = (0..12).map(|n| {
                let (target, faster) = (target.clone(), frequency(if n % 2 == 0 { "every 1s" } else { "every 2s" }));
                async move {
                    match n % 4 {
                        0 => app.post("/sync/trigger", target).await,
                        1 => app.call(Method::PUT, "/sync/update-connection-frequency", &[], Some(faster)).await,
                        2 => app.post("/sync/pause", target).await,
                        _ => app.post("/sync/start", target).await,
                    }
                    .ok();
                }
            });
            join_all(requests).await;
            let running = app.runs("ada", "full").await.iter().filter(|run| run["state"] == "running").count();
            assert!(running <= 1, "round {round}: {running} runs at once");
        }
        app.eventually("rest", || async {
            app.runs("ada", "full").await.iter().all(|run| run["state"] != "running").then_some(())
        })
        .await;
        let mut spans: Vec<(String, String)> = app.runs("ada", "full").await.iter()
            .filter_map(|run| Some((run["started_at"].as_str()?.to_owned(), run["finished_at"].as_str()?.to_owned()))).collect();
        spans.sort();
        for pair in spans.windows(2) {
            assert!(pair[0].1 <= pair[1].0, "two runs overlap: {pair:?}");
        }
    }
}
