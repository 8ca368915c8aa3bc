//! Guests that misbehave: their run fails with a clear error, and nobody else notices.

use reqwest::StatusCode;
use serde_json::json;

use crate::app::App;
use crate::both::in_both_isolations;
use crate::guests::FIXTURE;
use crate::provider::TOKEN;

async fn ready(app: &App) {
    app.deploy(&FIXTURE).await.ok();
    app.connect("ada", json!({})).await;
}

in_both_isolations! {
    /// S9 and the author's view of a panic: a logged failure that names the place.
    async fn a_panic_is_a_failed_run_with_its_message_in_the_log(app) {
        ready(&app).await;
        let answer = app.action("ada", "panic", json!({ "message": "canary panic" })).await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{}", answer.text);
        assert!(answer.text.contains("canary panic"), "{}", answer.text);
        let run = app
            .eventually("record of the run", || async { app.runs("ada", "panic").await.into_iter().find(|run| run["state"] == "failed") })
            .await;
        assert_eq!(run["error"]["code"], "function_trapped", "{run}");
        let log = app.run_log(&run).await;
        assert!(log.contains("canary panic") && log.contains("misbehaviour.rs"), "{log}");
        assert_eq!(app.action("ada", "echo", json!(1)).await.ok(), json!(1));
        app.stop();
    }

    /// S1: others are served while a guest spins.
    async fn a_guest_that_spins_does_not_keep_others_from_running(app) {
        ready(&app).await;
        let spinning = app.action("ada", "spin", json!(null));
        let others = async {
            for n in 0..20 {
                assert_eq!(app.action("ada", "echo", json!(n)).await.ok(), json!(n));
            }
        };
        tokio::select! {
            answer = spinning => panic!("the spinning action answered first: {}", answer.text),
            () = others => {}
        }
    }

    /// S3
    async fn a_flood_of_log_lines_is_cut_and_the_run_goes_on(app) {
        ready(&app).await;
        let answer = app.action("ada", "log-flood", json!({ "lines": 200_000, "size_bytes": 20 })).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        app.stop();
    }

    /// S6: nothing that a guest can see, and no log, shows the credential.
    async fn a_curious_guest_sees_no_credential(app) {
        ready(&app).await;
        let answer = app.action("ada", "secrets", json!(null)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        assert!(!answer.text.contains(TOKEN), "{}", answer.text);
        assert!(answer.text.contains("[redacted]"), "the provider's echo did not reach the guest: {}", answer.text);
        let seen = answer.json();
        assert_eq!((&seen["environment"], &seen["arguments"], &seen["connection"]["credentials"]), (&json!({}), &json!([]), &json!(null)));
        let failed = app.action("ada", "fetch-status", json!({ "path": "/echo/../status/500", "throw": true })).await;
        assert!(!failed.text.contains(TOKEN), "{}", failed.text);
        app.stop();
        // Nor does anything on disk.
        let data = app.directory.path().join("data");
        for file in std::fs::read_dir(&data).unwrap().filter_map(Result::ok).filter(|file| file.path().is_file()) {
            let bytes = std::fs::read(file.path()).unwrap();
            let found = bytes.windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes());
            assert!(!found, "{} holds the credential in clear", file.path().display());
        }
    }

    /// A function that was granted the credentials can use them, and no log shows them for all that. Any host is open to it.
    async fn granted_credentials_work_and_stay_out_of_the_log(app) {
        ready(&app).await;
        let seen = app.action("ada", "granted", json!({ "url": app.provider.url() })).await.ok();
        assert_eq!((&seen["key_length"], &seen["status"]), (&json!(TOKEN.len()), &json!(200)), "{seen}");
        assert_eq!(seen["overridden"], "200", "a base URL of its own choice");
        let body = seen["body"].as_str().unwrap();
        assert!(body.contains("Bearer [redacted]") && !body.contains(TOKEN), "what comes from outside is cleaned: {body}");
        assert_eq!(seen["connection"]["errors"], json!([]));
        assert!(seen["connection"]["created_at"].as_str().unwrap().ends_with("+00:00"), "{seen}");
        assert!(seen["webhook_url"].as_str().unwrap().ends_with("/fixture"), "{seen}");
        assert_eq!(seen["custom"], json!({}));
        let run = app
            .eventually("record of the run", || async { app.runs("ada", "granted").await.into_iter().find(|run| run["state"] == "succeeded") })
            .await;
        let log = app.run_log(&run).await;
        assert!(log.contains("the key is [redacted]") && !log.contains(TOKEN), "{log}");
        app.stop();
    }

    /// Several requests of one function are in flight at once.
    async fn requests_of_one_guest_run_side_by_side(app) {
        ready(&app).await;
        let answer = app.action("ada", "parallel", json!({ "path": "/echo", "count": 20 })).await;
        assert_eq!(answer.ok(), json!(vec![200; 20]));
        app.stop();
    }

    /// S5: a tampered cache file is not loaded; the component is compiled again.
    async fn a_tampered_code_cache_is_never_loaded(app) {
        ready(&app).await;
        app.stop();
        let cache = find(&app.directory.path().join("data"), "cwasm");
        assert_eq!(cache.len(), 1, "{cache:?}");
        let mut code = std::fs::read(&cache[0]).unwrap();
        let middle = code.len() / 2;
        code[middle] ^= 0xff;
        std::fs::write(&cache[0], code).unwrap();
        app.restart().await;
        assert_eq!(app.action("ada", "echo", json!(1)).await.ok(), json!(1));
        assert!(app.log().contains("was changed or damaged"), "{}", app.log());
        app.stop();
    }
}

fn find(directory: &std::path::Path, extension: &str) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap().filter_map(Result::ok).map(|entry| entry.path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                find(&path, extension)
            } else if path.extension().is_some_and(|e| e == extension) {
                vec![path]
            } else {
                vec![]
            }
        })
        .collect()
}
