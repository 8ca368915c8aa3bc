//! A process that dies takes its runs along and nobody else's.

use std::ops::{Deref, DerefMut};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use syncline_store::testing::TestDatabase;

use super::processes;
use crate::app::{App, Variables};
use crate::both::on_both_databases;
use crate::guests::FIXTURE;
use crate::node::{Answer, read};
use crate::provider::TOKEN;

const PROD_KEY: &str = "3c8e4b1a-7d52-4e0f-8a6b-5f1d2c3b4a59";
const TWO_ENVIRONMENTS: Variables = &[("SYNCLINE_ISOLATION", "process"), ("SYNCLINE_SECRET_KEY_PROD", PROD_KEY)];

/// With the environments dev and prod.
struct Walled(App);

impl Walled {
    async fn start(database: TestDatabase) -> Self {
        Self(App::start_in(database, TWO_ENVIRONMENTS).await)
    }

    async fn in_prod(&self, path: &str, body: Value) -> Answer {
        let request = self.http.request(Method::POST, self.url(path)).bearer_auth(PROD_KEY);
        read(request.header("Connection-Id", "eve").header("Provider-Config-Key", "fixture").json(&body)).await
    }
}

impl Deref for Walled {
    type Target = App;

    fn deref(&self) -> &App {
        &self.0
    }
}

impl DerefMut for Walled {
    fn deref_mut(&mut self) -> &mut App {
        &mut self.0
    }
}

on_both_databases! {
    /// D2: `kill -9` of a process in mid-run. Its sync is lost and tried again at once, counted as a crash and no failure; its action's caller is told;
    /// the other environment's process does not notice.
    async fn a_killed_process_loses_its_own_runs_and_they_are_tried_again(app: Walled) {
        const RECORDS: u64 = 5_000;
        app.deploy(&FIXTURE).await.ok();
        app.connect_and_settle("ada", json!({ "count": RECORDS, "page_size": 10, "size_bytes": 100 })).await;
        app.action("ada", "echo", json!(1)).await.ok();
        let dev = processes::of(app.pid());
        assert_eq!(dev.len(), 1, "one environment, one process");

        app.in_prod("/integrations", json!({ "provider": "stand-in", "unique_key": "fixture" })).await.ok();
        let components = json!([{ "integration": "fixture", "wasm": STANDARD.encode(&*FIXTURE) }]);
        app.in_prod("/deployments", json!({ "components": components })).await.ok();
        let credentials = json!({ "type": "API_KEY", "apiKey": TOKEN });
        let eve = json!({ "provider_config_key": "fixture", "connection_id": "eve", "credentials": credentials });
        app.in_prod("/connections", eve).await.ok();

        app.trigger("ada", "bulk").await;
        app.eventually("first checkpoint", || async {
            let status = app.get("/sync/status?syncs=bulk&provider_config_key=fixture&connection_id=ada").await.ok();
            status["syncs"][0]["checkpoint"]["pages"].as_u64().filter(|pages| *pages > 2)
        })
        .await;
        let held = json!({ "action_name": "fetch-status", "input": { "path": "/hold" } });
        let theirs = app.in_prod("/action/trigger", held);
        let ours = app.action("ada", "fetch-status", json!({ "path": "/hold" }));
        let before = app.provider.requests();
        let kill = async {
            app.eventually("both at the provider", || async { (app.provider.requests() >= before + 2).then_some(()) }).await;
            assert_eq!(app.runs("ada", "bulk").await[0]["state"], "running");
            assert_eq!(processes::of(app.pid()).len(), 2, "two environments, two processes");
            processes::kill(dev[0]);
        };
        let (theirs, ours) = tokio::join!(theirs, async {
            let (ours, ()) = tokio::join!(ours, kill);
            app.provider.open();
            ours
        });
        assert_eq!(theirs.ok()["status"], 200, "the other environment's action");
        assert_eq!(ours.status, StatusCode::INTERNAL_SERVER_ERROR, "{}", ours.text);
        assert!(ours.text.contains("function_process_lost"), "{}", ours.text);
        assert_eq!(app.action("ada", "echo", json!(2)).await.ok(), json!(2), "the next call starts another process");

        let runs = app
            .eventually("end of the second try", || async {
                let runs = app.runs("ada", "bulk").await;
                (runs[0]["state"] == "succeeded").then_some(runs)
            })
            .await;
        assert_eq!((runs.len(), &runs[1]["state"], &runs[0]["attempt"]), (2, &json!("lost"), &json!(2)), "{runs:?}");
        assert_eq!(app.changes("ada", "Item", None).await.0.len() as u64, RECORDS);
        assert!(app.log().contains("a process for functions is gone"), "{}", app.log());
        assert_eq!(processes::of(app.pid()).len(), 2);
    }
}
