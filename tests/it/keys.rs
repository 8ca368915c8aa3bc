//! Rotating the keys of encryption at rest, as an operator does it.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use serde_json::{Value, json};

use crate::app::App;
use crate::both::on_both_databases;
use crate::guests::FIXTURE;
use crate::node::ENCRYPTION_KEY;

/// `syncline keys`, as the operator of this server.
pub(crate) fn keys(app: &App, arguments: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_syncline"))
        .args(["keys", "--json", "--server", &app.url("")])
        .args(arguments)
        .env_clear()
        .env("SYNCLINE_ENCRYPTION_KEY", ENCRYPTION_KEY)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

on_both_databases! {
    /// X4
    async fn a_rotation_under_traffic_fails_no_request(app: App) {
        app.provider.put(1, "one");
        app.deploy(&FIXTURE).await.ok();
        app.connect_and_settle("c", json!({})).await;
        app.sync("c", "full").await;
        let (stop, requests) = (Arc::new(AtomicBool::new(false)), AtomicU32::new(0));
        let traffic = async {
            while !stop.load(Ordering::SeqCst) || requests.load(Ordering::SeqCst) < 20 {
                let (records, _) = app.changes("c", "Item", None).await;
                assert_eq!(records.len(), 1);
                let shown = app.get("/connections/c?provider_config_key=fixture").await.ok();
                assert_eq!(shown["credentials"]["type"], "API_KEY");
                app.connect("c", json!({})).await;
                requests.fetch_add(1, Ordering::SeqCst);
            }
        };
        let rotation = async {
            let status = tokio::task::block_in_place(|| keys(&app, &["rotate", "--wait"]));
            stop.store(true, Ordering::SeqCst);
            assert_eq!((&status["current"], status["data"].as_array().unwrap().len()), (&json!(2), 2));
            assert!(status["data"][1]["reencrypted_at"].is_string(), "{status}");
        };
        tokio::join!(traffic, rotation);
        app.crash_and_restart().await;
        assert_eq!(app.changes("c", "Item", None).await.0.len(), 1);

        // The API key of an environment is not the operator.
        let refused = app.post("/operator/keys/rotate", json!({})).await;
        assert_eq!((refused.status.as_u16(), refused.code().as_str()), (401, "invalid_operator_token"));
    }
}
