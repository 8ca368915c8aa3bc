//! Bad input gets a clear error with a stable code, and nothing is half-done.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::App;
use crate::both::on_both_databases;
use crate::guests::FIXTURE;

const RECORDS: [(&str, &str); 2] = [("Connection-Id", "ada"), ("Provider-Config-Key", "fixture")];

on_both_databases! {
    /// S4
    async fn a_component_that_is_none_is_refused_and_nothing_is_deployed(app: App) {
        let truncated = &FIXTURE[..FIXTURE.len() / 2];
        let core = wat::parse_str("(module)").unwrap();
        let foreign = wat::parse_str(r#"(component (import "wasi:sockets/tcp@0.2.6" (instance)))"#).unwrap();
        let future = wat::parse_str(r#"(component (import "syncline:host/run@2.0.0" (instance)))"#).unwrap();
        let mut seen = Vec::new();
        for (what, wasm, names) in [
            ("truncated", truncated, ""),
            ("text", b"hello".as_slice(), ""),
            ("core module", &core, "component"),
            ("foreign import", &foreign, "wasi:sockets/tcp"),
            ("another major version", &future, "2.0.0"),
        ] {
            let answer = app.deploy(wasm).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{what}: {}", answer.text);
            assert!(answer.text.contains(names), "{what}: {}", answer.text);
            seen.push(answer.code());
        }
        // A good one beside a bad one: neither is deployed.
        let both = json!({ "components": [
            { "integration": "fixture", "wasm": STANDARD.encode(&*FIXTURE) },
            { "integration": "fixture", "wasm": STANDARD.encode(b"bad") },
        ]});
        assert_eq!(app.post("/deployments", both).await.status, StatusCode::BAD_REQUEST);
        assert_eq!(app.get("/functions").await.ok()["data"], json!([]));
        seen.dedup();
        assert!(seen.len() >= 4, "different mistakes have different codes: {seen:?}");
        let nowhere = json!({ "components": [{ "integration": "nope", "wasm": STANDARD.encode(&*FIXTURE) }] });
        assert!(app.post("/deployments", nowhere).await.text.contains("nope"));
    }

    /// X1
    async fn a_record_that_cannot_be_saved_names_itself_and_saves_nothing(app: App) {
        app.deploy(&FIXTURE).await.ok();
        app.connect_and_settle("ada", json!({})).await;
        for (what, records, code, says) in [
            ("no id", json!([{ "id": "a" }, { "name": "x" }]), "invalid_record", "record 1"),
            ("empty id", json!([{ "id": "" }]), "invalid_record", "empty"),
            ("1 KB id", json!([{ "id": "x".repeat(1_024) }]), "invalid_record", "255"),
            ("against the schema", json!([{ "id": "a" }, { "id": "b", "version": "one" }]), "invalid_record", "version"),
        ] {
            app.set_metadata("ada", json!({ "records": records })).await;
            let run = app.sync("ada", "save").await;
            assert_eq!((&run["state"], run["error"]["code"].as_str()), (&json!("failed"), Some(code)), "{what}: {run}");
            assert!(run["error"]["message"].as_str().unwrap().contains(says), "{what}: {run}");
            assert!(app.changes("ada", "Item", None).await.0.is_empty(), "{what}: something was saved");
        }
        app.set_metadata("ada", json!({ "records": [{ "id": "0" }, { "id": "a", "name": "first" }, { "id": "a", "name": "second" }, { "id": "🦀" }] })).await;
        let run = app.sync("ada", "save").await;
        assert_eq!((&run["state"], &run["counts"]["Item"]["added"]), (&json!("succeeded"), &json!(3)), "{run}");
        let (records, _) = app.changes("ada", "Item", None).await;
        assert_eq!(records.iter().map(|r| r["name"].clone()).collect::<Vec<_>>(), [Value::Null, json!("first"), Value::Null]);
        let run = app.sync("ada", "unknown-model").await;
        assert_eq!(run["error"]["code"], "unknown_model", "{run}");
    }

    /// X2
    async fn a_wrong_cursor_limit_or_filter_is_the_callers_mistake(app: App) {
        app.deploy(&FIXTURE).await.ok();
        for connection in ["ada", "eve"] {
            app.connect_and_settle(connection, json!({ "records": [{ "id": "1" }, { "id": "2" }] })).await;
            assert_eq!(app.sync(connection, "save").await["state"], "succeeded");
        }
        let (_, foreign) = app.changes("eve", "Item", None).await;
        for (query, code) in [
            ("cursor=nonsense".to_owned(), "invalid_cursor"),
            (format!("cursor={}", foreign.unwrap()), "invalid_cursor"),
            ("limit=0".to_owned(), "invalid_query_params"),
            ("limit=-1".to_owned(), "invalid_query_params"),
            ("limit=1000000000".to_owned(), "invalid_query_params"),
            ("filter=everything".to_owned(), "invalid_query_params"),
            ("modified_after=yesterday".to_owned(), "invalid_query_params"),
            ("unknown=1".to_owned(), "invalid_query_params"),
        ] {
            let answer = app.call(Method::GET, &format!("/records?model=Item&{query}"), &RECORDS, None).await;
            assert_eq!((answer.status, answer.code().as_str()), (StatusCode::BAD_REQUEST, code), "{query}: {}", answer.text);
        }
        let none = app.call(Method::GET, "/records?model=Nothing", &RECORDS, None).await.ok();
        assert_eq!(none["records"], json!([]));
        let filtered = app.call(Method::GET, "/records?model=Item&filter=added&limit=1", &RECORDS, None).await.ok();
        assert_eq!(filtered["records"].as_array().unwrap().len(), 1);
        assert!(filtered["next_cursor"].is_string());
        let pruned = json!({ "model": "Item", "until_cursor": filtered["next_cursor"] });
        let pruned = app.call(Method::PATCH, "/records/prune", &RECORDS, Some(pruned)).await.ok();
        assert_eq!(pruned["count"], 1);
        let (after, _) = app.changes("ada", "Item", None).await;
        assert!(after[0]["_nango_metadata"]["pruned_at"].is_string(), "{after:?}");
    }

    async fn what_a_provider_answers_reaches_the_caller_as_it_was(app: App) {
        app.deploy(&FIXTURE).await.ok();
        app.connect("ada", json!({})).await;
        for status in [401, 403, 404, 429, 500] {
            let answer = app.action("ada", "fetch-status", json!({ "path": format!("/status/{status}"), "throw": true })).await;
            assert_eq!((answer.status, answer.code().as_str()), (StatusCode::FAILED_DEPENDENCY, "script_http_error"), "{status}: {}", answer.text);
            assert_eq!(answer.json()["error"]["upstream"]["status"], status, "{}", answer.text);
        }
        let html = app.action("ada", "fetch-status", json!({ "path": "/html" })).await.ok();
        assert_eq!(html["body"], "<html>maintenance</html>");
        for (path, codes) in [("/endless", "too_large"), ("/nothing", "")] {
            let answer = app.action("ada", "fetch-status", json!({ "path": path })).await.ok();
            assert!(answer["status"].is_null() && answer["code"].as_str().unwrap().contains(codes), "{path}: {answer}");
        }
        let own = app.action("ada", "fail", json!({ "reason": "no more stock" })).await;
        assert_eq!((own.status, own.code().as_str()), (StatusCode::INTERNAL_SERVER_ERROR, "action_script_runtime_error"), "{}", own.text);
        assert_eq!(own.json()["error"]["payload"]["reason"], "no more stock", "{}", own.text);
        let invalid = app.action("ada", "fetch-status", json!({ "path": 1 })).await;
        assert_eq!((invalid.status, invalid.code().as_str()), (StatusCode::BAD_REQUEST, "invalid_action_input"), "{}", invalid.text);
        assert_eq!(app.action("ada", "nope", json!({})).await.code(), "not_found");
        assert_eq!(app.action("nobody", "echo", json!({})).await.code(), "unknown_connection");
    }
}
