//! Deployments from the command line to the last row: named instead of sent, planned, confirmed, kept, and put back.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::app::App;
use crate::both::on_both_databases;
use crate::node::{KEY, read};

/// So large that nobody overlooks whether it was sent.
const PADDING: usize = 300_000;

/// A component with these functions, of which each answers `output`.
fn component(build: Option<&str>, functions: &Value, output: &Value) -> Vec<u8> {
    let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
    let manifest =
        json!({ "sdk": { "name": "by hand", "version": "1", "language": "wat", "build": build }, "functions": functions }).to_string();
    let output = output.to_string();
    let [a, b, c, d] = u32::try_from(manifest.len()).unwrap().to_le_bytes();
    let text = format!(
        r#"(component
          (import "syncline:host/types@1.0.0" (instance $types
            (type $record (record (field "code" string) (field "message" string)
                                  (field "status" (option u16)) (field "details" (option string))))
            (export "failure" (type (eq $record)))))
          (alias export $types "failure" (type $failure))
          (type $outcome (result string (error $failure)))
          (core module $texts
            (memory (export "memory") 8)
            (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 500000)
            (data (i32.const 0) "\10\00\00\00\{a:02x}\{b:02x}\{c:02x}\{d:02x}")
            (data (i32.const 16) "{manifest}")
            (data (i32.const 65536) "{output}")
            (data (i32.const 131072) "{padding}"))
          (core instance $texts (instantiate $texts))
          (core func $return (canon task.return (result $outcome) (memory (core memory $texts "memory"))))
          (core module $module
            (import "host" "return" (func $return (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
            (func (export "describe") (result i32) i32.const 0)
            (func (export "call") (param i32 i32) (result i32)
              i32.const 0 i32.const 65536 i32.const {size}
              i32.const 0 i32.const 0 i32.const 0 i32.const 0 i32.const 0 i32.const 0 i32.const 0
              call $return
              i32.const 0)
            (func (export "callback") (param i32 i32 i32) (result i32) unreachable))
          (core instance $instance (instantiate $module (with "host" (instance (export "return" (func $return))))))
          (type $describe (func (result string)))
          (func $describe (type $describe) (canon lift (core func $instance "describe") (memory (core memory $texts "memory"))))
          (type $call (func async (param "function" string) (result $outcome)))
          (func $call (type $call) (canon lift (core func $instance "call") async (callback (core func $instance "callback"))
            (memory (core memory $texts "memory")) (realloc (core func $texts "realloc"))))
          (export "describe" (func $describe))
          (export "call" (func $call)))"#,
        manifest = quoted(&manifest),
        size = output.len(),
        output = quoted(&output),
        padding = "x".repeat(PADDING),
    );
    wat::parse_str(&text).expect("the component's text is well-formed")
}

fn action(name: &str) -> Value {
    json!({ "name": name, "kind": "action" })
}

fn sync(name: &str, schedule: &str) -> Value {
    json!({ "name": name, "kind": "sync", "schedule": schedule, "models": [{ "name": "Task", "schema": { "type": "object", "required": ["id"] } }] })
}

/// What a command left behind.
struct Said {
    code: i32,
    json: Value,
    stderr: String,
}

/// The command, against the server or what stands before it, without a terminal.
fn syncline(server: &str, arguments: &[&str]) -> Said {
    let output = Command::new(env!("CARGO_BIN_EXE_syncline"))
        .args(arguments)
        .arg("--json")
        .env_clear()
        .env("SYNCLINE_SERVER", server)
        .env("SYNCLINE_SECRET_KEY_DEV", KEY)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    Said { code: output.status.code().unwrap(), json: serde_json::from_str(&text).unwrap_or_default(), stderr }
}

/// Passes everything on to the server and counts what goes there.
async fn counted(app: &App) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = app.url("").trim_start_matches("http://").trim_end_matches('/').to_owned();
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    #[expect(clippy::disallowed_methods, reason = "ends with the test's runtime")]
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (server, counter) = (TcpStream::connect(&server).await.unwrap(), Arc::clone(&counter));
            tokio::spawn(async move {
                let ((mut from, mut back), (mut answers, mut to)) = (client.into_split(), server.into_split());
                let answering = tokio::spawn(async move { tokio::io::copy(&mut answers, &mut back).await });
                let mut buffer = vec![0; 1 << 16];
                while let Ok(read @ 1..) = from.read(&mut buffer).await {
                    counter.fetch_add(read, Ordering::SeqCst);
                    to.write_all(&buffer[..read]).await.unwrap();
                }
                drop(to);
                let _ = answering.await;
            });
        }
    });
    (url, count)
}

/// All that deployments can be seen by.
async fn everything(app: &App) -> (Value, Value) {
    (app.get("/functions").await.ok(), app.get("/deployments").await.ok())
}

fn versions(functions: &Value) -> Vec<(String, i64)> {
    let all = functions["data"].as_array().unwrap().iter();
    all.map(|one| (one["name"].as_str().unwrap().to_owned(), one["version"].as_i64().unwrap())).collect()
}

on_both_databases! {
    async fn a_version_is_planned_deployed_and_taken_back(app: App) {
        let file = |name: &str, wasm: Vec<u8>| {
            let path = app.directory.path().join(name);
            std::fs::write(&path, wasm).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let v1 = file("v1.wasm", component(None, &json!([action("answer"), sync("tasks", "every 1h")]), &json!({ "version": 1 })));
        let v2 = file("v2.wasm", component(None, &json!([action("answer"), action("more")]), &json!({ "version": 2 })));
        let (server, bytes) = counted(&app).await;
        let run = |arguments: &[&str]| {
            bytes.store(0, Ordering::SeqCst);
            let said = syncline(&server, arguments);
            (said, bytes.load(Ordering::SeqCst))
        };
        let dry = |path: &str| run(&["deploy", path, "--integration", "fixture", "--dry-run", "--exit-code"]).0;
        let answer = || async { app.action("ada", "answer", json!({})).await.ok()["version"].clone() };

        // A dry run writes nothing, also where the component has to be sent for it.
        let nothing = everything(&app).await;
        let said = dry(&v1);
        assert_eq!((said.code, &said.json["data"]["changes"]["functions"][0]["change"]), (6, &json!("created")), "{}", said.stderr);
        assert_eq!(everything(&app).await, nothing);

        let (said, sent) = run(&["deploy", &v1, "--integration", "fixture"]);
        assert!(said.code == 0 && sent > PADDING, "{sent} bytes: {}", said.stderr);
        app.connect("ada", json!({})).await;
        assert_eq!(answer().await, 1);

        // What is there already stays where it is, and is not sent again.
        let first = everything(&app).await;
        let (said, sent) = run(&["deploy", &v1, "--integration", "fixture"]);
        assert_eq!((said.code, &said.json["data"]["deployment"]), (0, &Value::Null), "{}", said.stderr);
        assert!(sent < PADDING / 10, "{sent} bytes");
        assert_eq!(dry(&v1).code, 0);
        assert_eq!(everything(&app).await, first);

        // Where something goes and nobody can be asked, nothing happens.
        let said = dry(&v2);
        let gone = &said.json["data"]["changes"]["deleted"][0];
        assert_eq!((said.code, &gone["name"], &gone["connections"], &gone["lost_models"][0]["name"]), (6, &json!("tasks"), &json!(1), &json!("Task")));
        let (said, _) = run(&["deploy", &v2, "--integration", "fixture"]);
        assert!(said.code == 1 && said.json.is_null(), "{}", said.stderr);
        for told in ["destructive_deployment", "the sync `tasks`", "on 1 connection", "--allow-destructive"] {
            assert!(said.stderr.contains(told), "{told}: {}", said.stderr);
        }
        assert_eq!(everything(&app).await, first);
        let (said, _) = run(&["deploy", &v2, "--integration", "fixture", "--allow-destructive"]);
        assert_eq!((said.code, answer().await), (0, json!(2)), "{}", said.stderr);

        // Back, without the file.
        let second = everything(&app).await;
        let (said, _) = run(&["rollback", "--dry-run", "--exit-code"]);
        assert_eq!((said.code, &said.json["data"]["destructive"]), (6, &json!(true)), "{}", said.stderr);
        let (said, _) = run(&["rollback", "--integration", "fixture"]);
        assert!(said.code == 1 && said.stderr.contains("the action `more`"), "{}", said.stderr);
        assert_eq!(everything(&app).await, second);
        let (said, sent) = run(&["rollback", "--allow-destructive"]);
        assert!(said.code == 0 && sent < PADDING / 10, "{sent} bytes: {}", said.stderr);
        assert_eq!(answer().await, 1);
        assert_eq!(versions(&app.get("/functions").await.ok()), [("answer".to_owned(), 3), ("tasks".to_owned(), 2)]);
        let status = app.get("/sync/status?provider_config_key=fixture&connection_id=ada&syncs=*").await.ok();
        assert_eq!(status["syncs"][0]["name"], "tasks", "it runs again: {status}");

        let (listed, _) = run(&["deployments", "list"]);
        let kinds: Vec<&str> = listed.json["data"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["rollback", "deploy", "deploy"]);
        let newest = &listed.json["data"][0];
        assert_eq!((&newest["rolled_back_to"], &newest["created_by"]["api_key"]), (&listed.json["data"][2]["id"], &json!("default")));
        let (shown, _) = run(&["deployments", "show", newest["id"].as_str().unwrap()]);
        assert_eq!(shown.json["data"]["functions"].as_array().unwrap().len(), 2, "{}", shown.stderr);
        assert_eq!(app.get("/functions").await.ok()["data"][0]["deployment"], newest["id"]);
        let (said, _) = run(&["rollback", "--to", "01900000-0000-7000-8000-0123456789ab"]);
        assert!(said.code == 1 && said.stderr.contains("deployments list"), "{}", said.stderr);
    }

    async fn another_build_of_the_same_source_is_the_same(app: App) {
        let build = "ab".repeat(32);
        let functions = json!([action("answer")]);
        let put = |component: Value| app.post("/deployments", json!({ "components": [component] }));
        let one = component(Some(&build), &functions, &json!({ "version": 1 }));
        put(json!({ "integration": "fixture", "wasm": STANDARD.encode(one) })).await.ok();
        let named = json!({ "integration": "fixture", "build": build });
        assert_eq!(put(named.clone()).await.ok()["data"]["functions"][0]["change"], "unchanged");
        // Another environment does not have it, whoever else has.
        let keys = std::fs::read_to_string(app.directory.path().join("data/api-keys.toml")).unwrap();
        let prod = keys.lines().find_map(|line| line.strip_prefix("prod = \"")).unwrap().trim_end_matches('"').to_owned();
        let in_prod = async |path: &str, body: Value| read(app.http.request(Method::POST, app.url(path)).bearer_auth(&prod).json(&body)).await;
        in_prod("/integrations", json!({ "provider": "stand-in", "unique_key": "fixture" })).await.ok();
        let plan = in_prod("/deployments/plan", json!({ "components": [named] })).await.ok();
        assert_eq!(plan["data"], json!({ "needed": [0], "changes": null }));
        assert_eq!(in_prod("/deployments", json!({ "components": [named] })).await.code(), "component_needed");
    }

    async fn a_deployment_happens_as_a_whole(app: App) {
        app.post("/integrations", json!({ "provider": "stand-in", "unique_key": "other" })).await.ok();
        let wasm = |functions: Value| STANDARD.encode(component(None, &functions, &json!({})));
        let put = |one: Value, two: Value| {
            let components = json!([{ "integration": "fixture", "wasm": wasm(one) }, { "integration": "other", "wasm": two }]);
            app.post("/deployments", json!({ "components": components, "allow_destructive": true }))
        };
        put(json!([action("a1")]), json!(wasm(json!([action("b1")])))).await.ok();
        let before = everything(&app).await;
        let refused = put(json!([action("a2")]), json!(STANDARD.encode(b"no component"))).await;
        assert_eq!(refused.json()["error"]["component"], "1", "{}", refused.text);
        assert_eq!(everything(&app).await, before);
        // Three at once: each is there as a whole or not at all, and the last is what is left.
        let deploy = |number: u8| put(json!([action(&format!("a{number}"))]), json!(wasm(json!([action(&format!("b{number}"))]))));
        let (one, two, three) = tokio::join!(deploy(2), deploy(3), deploy(4));
        let ids: Vec<Value> = [one, two, three].into_iter().map(|answer| answer.ok()["data"]["deployment"].clone()).collect();
        let newest = app.get("/deployments?limit=1").await.ok()["data"][0]["id"].clone();
        let last = 2 + ids.iter().position(|id| *id == newest).unwrap();
        let names: Vec<String> = versions(&app.get("/functions").await.ok()).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, [format!("a{last}"), format!("b{last}")]);
    }
}
