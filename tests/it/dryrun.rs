//! `syncline dryrun` with the real binary: a real server, a stand-in provider, and nothing kept.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::app::App;
use crate::both::on_both_databases;
use crate::node::KEY;
use crate::provider::TOKEN;
use crate::replay::{Said, crate_in, syncline};

const SOURCE: &str = r#"
use serde::{Deserialize, Serialize};
use syncline_functions::prelude::*;

#[derive(Clone, Debug, Serialize, Deserialize, Model)]
pub struct Item {
    pub id: String,
    #[serde(default)]
    pub name: Option<String>,
}

#[sync(description = "All of /items", models(Item))]
pub async fn items(cx: SyncContext) -> Result<()> {
    cx.track_deletes_start::<Item>().await?;
    let mut pages = cx.get("/items").paginate().page_size(2).page_size_name("limit").link("next");
    while let Some(page) = pages.next::<Item>().await? {
        cx.save(&page).await?;
    }
    let gone = cx.track_deletes_end::<Item>().await?;
    info!(cx, "read all items", deleted = gone.len());
    Ok(())
}

#[derive(Deserialize, Schema)]
pub struct New {
    name: String,
}

#[action(description = "Says a name to the provider, which says it back")]
pub async fn say(cx: ActionContext, input: New) -> Result<Value> {
    let answer = cx.post("/echo").query("loud", true).json(&json!({ "name": input.name })).send().await?;
    let said: Value = answer.json()?;
    Ok(json!({ "method": said["method"], "body": said["body"] }))
}

syncline_functions::component!(integration = "fixture"; items, say);
"#;

/// A project of one crate, and the server that it is for.
struct Author {
    home: tempfile::TempDir,
    folder: PathBuf,
    server: String,
}

impl Author {
    /// `name`: under which no other test builds.
    fn new(app: &App, name: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let folder = crate_in(home.path(), "fixture", name, &[("src/lib.rs", SOURCE)]);
        Self { home, folder, server: app.url("") }
    }

    fn run(&self, arguments: &[&str]) -> Said {
        let output = Command::new(env!("CARGO_BIN_EXE_syncline"))
            .args(arguments)
            .args(["--server", &self.server])
            .current_dir(&self.folder)
            .env("SYNCLINE_SECRET_KEY_DEV", KEY)
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Said { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    fn dryrun(&self, function: &str, arguments: &[&str]) -> Said {
        self.run(&[&["dryrun", function, "ada"], arguments].concat())
    }

    /// Replays offline: no server is told of.
    fn test(&self) -> Said {
        syncline(self.home.path(), &["test", self.folder.to_str().unwrap()])
    }

    fn recording(&self, name: &str) -> PathBuf {
        self.folder.join("tests").join(format!("{name}.test.json"))
    }
}

fn read(file: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

on_both_databases! {
    async fn a_dry_run_shows_what_it_would_change_and_changes_nothing(app: App) {
        for id in 1..=5 {
            app.provider.put(id, &format!("item {id}"));
        }
        let author = Author::new(&app, if app.database.url().starts_with("postgres") { "dry_postgres" } else { "dry_sqlite" });
        let deployed = author.run(&["deploy", "."]);
        assert_eq!(deployed.code, 0, "{}", deployed.stderr);
        app.connect("ada", json!({ "color": "red" })).await;
        app.eventually("first run", || async { app.runs("ada", "items").await.into_iter().find(|run| run["state"] == "succeeded") }).await;
        let (before, cursor) = app.changes("ada", "Item", None).await;
        assert_eq!(before.len(), 5);

        // At the provider, one is new, one is other, one is gone.
        app.provider.put(2, "changed");
        app.provider.put(9, "new");
        app.provider.remove(4);
        let said = author.dryrun("items", &["--json"]);
        assert_eq!(said.code, 0, "{}", said.stderr);
        let document = said.json();
        let changes = json!({ "Item": {
            "added": ["9"], "updated": [{ "id": "2", "fields": ["name"] }], "deleted": ["4"], "unchanged": 3,
        } });
        assert_eq!(document["changes"], changes, "{document}");
        assert_eq!(document["records"]["Item"]["saved"].as_array().unwrap().len(), 5);
        assert_eq!(document["records"]["Item"]["unseen"], json!(["4"]));
        assert_eq!(document["log"], json!([{ "level": "info", "message": "read all items", "fields": { "deleted": 1 } }]));
        let statuses: Vec<&Value> = document["requests"].as_array().unwrap().iter().map(|sent| &sent["status"]).collect();
        assert_eq!(statuses, [200, 200, 200], "{document}");
        assert!(!said.stdout.contains(TOKEN) && !said.stderr.contains(TOKEN), "a credential came to the author");
        // People see the same.
        let said = author.dryrun("items", &[]);
        for part in ["info  read all items", "200 ", "GET /items?limit=2", "5 saved", "would add     1: 9", "would update  1: 2 (name)",
            "would delete  1: 4", "would leave   3", "3 requests", "nothing was kept"]
        {
            assert!(said.stdout.contains(part), "no `{part}` in:\n{}", said.stdout);
        }
        // The cache is as it was, and no run is on record but the real one.
        let (after, _) = app.changes("ada", "Item", cursor).await;
        assert!(after.is_empty(), "{after:?}");
        assert_eq!(app.runs("ada", "items").await.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_saved_run_replays_until_the_function_changes() {
    let mut app = App::start(syncline_store::testing::TestDatabase::sqlite()).await;
    for id in 1..=3 {
        app.provider.put(id, &format!("item {id}"));
    }
    let author = Author::new(&app, "dry_saved");
    app.connect("ada", json!({})).await;
    let said = author.dryrun("items", &["--save", "--metadata", r#"{"color":"blue"}"#, "--last-sync-date", "2026-01-01T00:00:00Z"]);
    assert_eq!(said.code, 0, "{}\n{}", said.stdout, said.stderr);
    let file = author.recording("items");
    assert!(said.stdout.contains(&format!("saved as {}", file.display())), "{}", said.stdout);
    let recording = read(&file);
    assert_eq!(recording["nango"]["batchSave"]["Item"].as_array().unwrap().len(), 3);
    assert_eq!(recording["lastSyncDate"], "2026-01-01T00:00:00Z");
    let pages = recording["api"]["get"]["/items"].as_array().unwrap();
    assert_eq!(pages[0]["request"], json!({ "params": { "limit": "2" }, "headers": {} }));
    assert_eq!((&pages[0]["status"], pages[0]["hash"].as_str().map(str::len)), (&json!(200), Some(40)));

    // Offline from here on.
    app.stop();
    let said = author.test();
    assert_eq!(said.code, 0, "{}\n{}", said.stdout, said.stderr);
    assert!(said.stdout.contains("ok      fixture/items\n"), "{}", said.stdout);
    assert!(said.stdout.contains("without a recording: fixture/say"), "{}", said.stdout);

    let source = author.folder.join("src/lib.rs");
    std::fs::write(&source, SOURCE.replace("cx.save(&page)", "cx.save(&page.iter().skip(1).cloned().collect::<Vec<_>>())")).unwrap();
    let said = author.test();
    assert_eq!(said.code, 4, "{}\n{}", said.stdout, said.stderr);
    assert!(said.stdout.contains(r#"batchSave.Item[0].id: recorded "1", now "2""#), "{}", said.stdout);
    std::fs::write(&source, SOURCE.replace("page_size(2)", "page_size(3)")).unwrap();
    let said = author.test();
    assert_eq!(said.code, 4, "{}", said.stdout);
    let nearest =
        "there is no recorded answer to GET /items?limit=3: the nearest is GET /items?limit=2; the parameter `limit` was `2`, now `3`";
    assert!(said.stdout.contains(nearest), "{}", said.stdout);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_wait_for_the_flag_or_a_recording() {
    let mut app = App::start(syncline_store::testing::TestDatabase::sqlite()).await;
    let author = Author::new(&app, "dry_writes");
    app.connect("ada", json!({})).await;
    let before = app.provider.requests();
    let input = ["--input", r#"{"name":"Ada"}"#];
    let said = author.dryrun("say", &input);
    assert_eq!(said.code, 4, "{}", said.stderr);
    assert!(said.stderr.contains("a dry run does not send POST /echo?loud=true"), "{}", said.stderr);
    assert!(said.stderr.contains("--allow-writes") && said.stderr.contains("--read POST:/echo"), "{}", said.stderr);
    assert_eq!(app.provider.requests(), before, "the provider was asked");

    let said = author.dryrun("say", &[&input[..], &["--read", "POST:/echo"]].concat());
    assert_eq!((said.code, app.provider.requests()), (0, before + 1), "{}", said.stderr);

    let said = author.dryrun("say", &[&input[..], &["--allow-writes", "--save", "say-ada", "--json"]].concat());
    assert_eq!((said.code, app.provider.requests()), (0, before + 2), "{}", said.stderr);
    let document = said.json();
    assert_eq!(document["output"], json!({ "method": "POST", "body": r#"{"name":"Ada"}"# }));
    let saved = std::fs::read_to_string(author.recording("say-ada")).unwrap();
    assert_eq!(document["savedAs"], author.recording("say-ada").display().to_string());
    // The stand-in says everything back that it is sent, credentials too.
    assert!(saved.contains("[redacted]") && !saved.contains(TOKEN), "{saved}");

    // From now on the recording answers, and only what it knows.
    let said = author.dryrun("say", &input);
    assert_eq!((said.code, app.provider.requests()), (0, before + 2), "{}", said.stderr);
    assert!(said.stdout.contains("the recording `say-ada` answers it"), "{}", said.stdout);
    let said = author.dryrun("say", &["--input", r#"{"name":"Bob"}"#]);
    assert_eq!((said.code, app.provider.requests()), (4, before + 2), "{}", said.stdout);
    assert!(said.stderr.contains("no recording of this function has its answer"), "{}", said.stderr);

    // Nothing is overwritten, and no name is taken for another function's.
    let said = author.dryrun("say", &[&input[..], &["--save", "say-ada"]].concat());
    assert_eq!(said.code, 1, "{}", said.stdout);
    assert!(said.stderr.contains("is there already; --force replaces it"), "{}", said.stderr);
    let said = author.dryrun("say", &[&input[..], &["--save", "items"]].concat());
    assert!(said.code == 1 && said.stderr.contains("would be taken for one of `items`"), "{}", said.stderr);
    let said = author.dryrun("absent", &[]);
    assert!(said.code == 1 && said.stderr.contains("it has fixture/items, fixture/say"), "{}", said.stderr);
    let said = author.dryrun("items", &input);
    assert!(said.code == 1 && said.stderr.contains("syncs take no input"), "{}", said.stderr);
    let said = author.run(&["dryrun", "items", "nobody"]);
    assert!(said.code == 1 && said.stderr.contains("connection"), "{}", said.stderr);
    app.stop();
}
