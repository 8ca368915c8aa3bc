//! The main job: deploy, connect, sync, read by cursor, see changes and deletions, act.

use std::collections::BTreeMap;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::App;
use crate::both::on_both_databases;
use crate::guests::FIXTURE;

/// What a reader that applied every change in order holds.
fn applied(changes: &[Value]) -> BTreeMap<String, String> {
    let mut state = BTreeMap::new();
    for record in changes {
        let id = record["id"].as_str().unwrap().to_owned();
        if record["_nango_metadata"]["last_action"] == "DELETED" {
            state.remove(&id);
        } else {
            state.insert(id, record["name"].as_str().unwrap().to_owned());
        }
    }
    state
}

on_both_databases! {
    async fn a_functions_way_from_source_to_records(app: App) {
        for id in 0..250 {
            app.provider.put(id, &format!("item {id}"));
        }
        let deployed = app.deploy(&FIXTURE).await.ok();
        assert!(deployed["data"]["functions"].as_array().unwrap().iter().any(|f| f["name"] == "full" && f["change"] == "created"), "{deployed}");

        // The connection's creation starts its syncs.
        app.connect("ada", json!({})).await;
        let run = app.eventually("first run", || async { app.runs("ada", "full").await.into_iter().find(|run| run["state"] != "running") }).await;
        assert_eq!((&run["state"], &run["trigger"], &run["counts"]["Item"]["added"]), (&json!("succeeded"), &json!("connection"), &json!(250)), "{run}");

        let (first, cursor) = app.changes("ada", "Item", None).await;
        assert_eq!(applied(&first), app.provider.truth());
        assert!(first.iter().all(|record| record["_nango_metadata"]["last_action"] == "ADDED"));

        // Only what changed comes after the cursor.
        app.provider.put(7, "changed");
        app.provider.put(1_000, "new");
        app.provider.remove(8);
        let run = app.sync("ada", "full").await;
        assert_eq!(run["counts"]["Item"], json!({ "added": 1, "updated": 1, "deleted": 1, "unchanged": 248 }), "{run}");
        let (second, after) = app.changes("ada", "Item", cursor).await;
        let actions: BTreeMap<_, _> = second.iter().map(|r| (r["id"].as_str().unwrap(), r["_nango_metadata"]["last_action"].as_str().unwrap())).collect();
        assert_eq!(actions, BTreeMap::from([("7", "UPDATED"), ("1000", "ADDED"), ("8", "DELETED")]));
        assert_eq!(applied(&[first, second].concat()), app.provider.truth());
        let (third, _) = app.changes("ada", "Item", after).await;
        assert!(third.is_empty());

        // Action and metadata.
        let answer = app.action("ada", "echo", json!({ "n": 12_345_678_901_234_567_u64, "text": "ü" })).await;
        assert_eq!((answer.status, answer.json()), (StatusCode::OK, json!({ "n": 12_345_678_901_234_567_u64, "text": "ü" })));
        let connection = app.get("/connections/ada?provider_config_key=fixture").await.ok();
        assert_eq!(connection["credentials"]["apiKey"], crate::provider::TOKEN);
        let patch = json!({ "connection_id": "ada", "provider_config_key": "fixture", "metadata": { "b": 2 } });
        app.post("/connections/metadata", json!({ "connection_id": "ada", "provider_config_key": "fixture", "metadata": { "a": 1 } })).await.ok();
        app.call(Method::PATCH, "/connections/metadata", &[], Some(patch)).await.ok();
        assert_eq!(app.get("/connections/ada?provider_config_key=fixture").await.ok()["metadata"], json!({ "a": 1, "b": 2 }));

        // Deleting the connection takes its records along.
        app.call(Method::DELETE, "/connections/ada?provider_config_key=fixture", &[], None).await.ok();
        assert_eq!(app.get("/connections/ada?provider_config_key=fixture").await.status, StatusCode::NOT_FOUND);
    }

    async fn a_deploy_again_changes_what_changed_and_nothing_else(app: App) {
        app.deploy(&FIXTURE).await.ok();
        let again = app.deploy(&FIXTURE).await.ok();
        assert!(again["data"]["functions"].as_array().unwrap().iter().all(|f| f["change"] == "unchanged"), "{again}");
        assert_eq!(again["data"]["deleted"], json!([]));
    }

    async fn an_event_function_runs_when_a_connection_is_created(app: App) {
        app.deploy(&FIXTURE).await.ok();
        app.connect("eve", json!({})).await;
        app.eventually("mark of the event function", || async {
            let connection = app.get("/connections/eve?provider_config_key=fixture").await.ok();
            (connection["metadata"]["connected"] == true).then(|| assert_eq!(connection["metadata"]["remembered"], "eve", "{connection}"))
        })
        .await;
    }

    async fn an_action_remembers_each_connection_for_itself(app: App) {
        app.deploy(&FIXTURE).await.ok();
        for name in ["ada", "bea"] {
            app.connect(name, json!({})).await;
        }
        for (connection, input, count) in [("ada", json!({}), 1), ("ada", json!({}), 2), ("bea", json!({}), 1), ("ada", json!({ "forget": true }), 1)] {
            assert_eq!(app.action(connection, "count", input).await.ok(), json!(count), "{connection}");
        }
        // In the background it has a lease, and remembers the same.
        let headers = [("Connection-Id", "ada"), ("Provider-Config-Key", "fixture"), ("X-Async", "true")];
        let accepted = app.call(Method::POST, "/action/trigger", &headers, Some(json!({ "action_name": "count" }))).await;
        assert_eq!(accepted.status, StatusCode::ACCEPTED, "{}", accepted.text);
        let path = accepted.json()["statusUrl"].as_str().unwrap().to_owned();
        let output = app.eventually("end of the action", || async {
            let answer = app.get(&path).await;
            (answer.status == StatusCode::OK).then(|| answer.json())
        }).await;
        assert_eq!(output, json!(2));
        app.call(Method::DELETE, "/connections/ada?provider_config_key=fixture", &[], None).await.ok();
        app.connect("ada", json!({})).await;
        assert_eq!(app.action("ada", "count", json!({})).await.ok(), json!(1), "a new connection of the name");
    }

    async fn a_variant_is_a_partition_of_its_own(app: App) {
        app.provider.put(1, "one");
        app.deploy(&FIXTURE).await.ok();
        app.connect("ada", json!({})).await;
        app.post("/sync/full/variant/eu", json!({ "provider_config_key": "fixture", "connection_id": "ada" })).await.ok();
        app.trigger("ada", "full::eu").await;
        app.eventually("run of the variant", || async {
            app.runs("ada", "full").await.into_iter().find(|run| run["variant"] == "eu" && run["state"] == "succeeded")
        })
        .await;
        let headers = [("Connection-Id", "ada"), ("Provider-Config-Key", "fixture")];
        let page = app.call(Method::GET, "/records?model=Item&variant=eu", &headers, None).await.ok();
        assert_eq!(page["records"].as_array().unwrap().len(), 1);
    }

    async fn another_environments_key_sees_nothing(app: App) {
        app.deploy(&FIXTURE).await.ok();
        app.connect("ada", json!({})).await;
        let prod = std::fs::read_to_string(app.directory.path().join("data/api-keys.toml")).unwrap();
        let prod = prod.lines().find_map(|line| line.strip_prefix("prod = \"")).unwrap().trim_end_matches('"').to_owned();
        let read = |path: &str| crate::node::read(app.http.get(app.url(path)).bearer_auth(&prod));
        assert_eq!(read("/connections/ada?provider_config_key=fixture").await.code(), "unknown_provider_config");
        assert_eq!(read("/connections").await.ok()["connections"], json!([]));
        assert_eq!(read("/integrations").await.ok()["data"], json!([]));
        assert_eq!(crate::node::read(app.http.get(app.url("/connections"))).await.status, StatusCode::UNAUTHORIZED);
    }
}
