//! Environments and their keys, from the command line to the last row.

use std::process::Command;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::App;
use crate::both::on_both_databases;
use crate::node::{ACCOUNT_KEY, Answer, read};

/// What the command says, as JSON.
fn syncline(app: &App, arguments: &[&str]) -> Result<Value, String> {
    let output = Command::new(env!("CARGO_BIN_EXE_syncline"))
        .args(arguments)
        .arg("--json")
        .env_clear()
        .env("SYNCLINE_SERVER", app.url(""))
        .env("SYNCLINE_ACCOUNT_KEY", ACCOUNT_KEY)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    if output.status.success() { Ok(serde_json::from_str(&text(output.stdout)).unwrap()) } else { Err(text(output.stderr)) }
}

async fn with_key(app: &App, key: &str, method: Method, path: &str, body: Option<Value>) -> Answer {
    let request = app.http.request(method, app.url(path)).bearer_auth(key);
    read(if let Some(body) = body { request.json(&body) } else { request }).await
}

on_both_databases! {
    async fn an_environment_comes_and_goes_with_all_that_it_held(app: App) {
        syncline(&app, &["environments", "create", "staging"]).unwrap();
        let made = syncline(&app, &["api-keys", "create", "staging", "ci"]).unwrap();
        let key = made["data"]["secret"].as_str().unwrap();
        let reader = ["api-keys", "create", "staging", "reader", "--scope", "environment:connections:list"];
        let reader = syncline(&app, &reader).unwrap()["data"]["secret"].as_str().unwrap().to_owned();
        let wrong = syncline(&app, &["api-keys", "create", "staging", "wrong", "--scope", "environment:all"]).unwrap_err();
        assert!(wrong.contains("`environment:all` is not a scope"), "{wrong}");

        let body = json!({ "provider": "unauthenticated", "unique_key": "plain" });
        with_key(&app, key, Method::POST, "/integrations", Some(body)).await.ok();
        let body = json!({ "provider_config_key": "plain", "connection_id": "ada", "credentials": { "type": "NONE" } });
        with_key(&app, key, Method::POST, "/connections", Some(body)).await.ok();
        assert_eq!(with_key(&app, &reader, Method::GET, "/connections", None).await.ok()["connections"].as_array().unwrap().len(), 1);
        assert_eq!(with_key(&app, &reader, Method::GET, "/integrations", None).await.status, StatusCode::FORBIDDEN);
        // Another environment sees nothing of it.
        assert!(app.get("/connections").await.ok()["connections"].as_array().unwrap().is_empty());

        syncline(&app, &["api-keys", "delete", "staging", "reader"]).unwrap();
        assert_eq!(with_key(&app, &reader, Method::GET, "/connections", None).await.status, StatusCode::UNAUTHORIZED);
        let prod = syncline(&app, &["environments", "delete", "prod"]).unwrap_err();
        assert!(prod.contains("cannot be deleted"), "{prod}");
        syncline(&app, &["environments", "delete", "staging"]).unwrap();
        assert_eq!(with_key(&app, key, Method::GET, "/connections", None).await.status, StatusCode::UNAUTHORIZED);
        let names: Vec<Value> = syncline(&app, &["environments", "list"]).unwrap()["data"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
        assert_eq!(names, ["dev", "prod"]);
        // Its name is free, and the new one has nothing of the old.
        syncline(&app, &["environments", "create", "staging"]).unwrap();
        let again = syncline(&app, &["api-keys", "create", "staging", "ci"]).unwrap();
        let again = again["data"]["secret"].as_str().unwrap();
        assert!(with_key(&app, again, Method::GET, "/connections", None).await.ok()["connections"].as_array().unwrap().is_empty());
    }
}
