//! The committed recordings are what the stand-ins answer: each is made anew with `syncline dryrun --save` and compared, so that a function,
//! its stand-in and its recording cannot drift apart.
//!
//! `SYNCLINE_UPDATE_RECORDINGS=true` writes what has changed instead of failing.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use syncline_store::testing::TestDatabase;

use super::mistakes::copy;
use super::project::PROJECT;
use super::workshop::{Workshop, can_build};
use crate::guests::root;

/// A function of an integration, and what it is run with.
struct Case {
    integration: &'static str,
    function: &'static str,
    input: Option<Value>,
    /// Of the connection.
    metadata: Value,
}

fn sync(integration: &'static str, function: &'static str) -> Case {
    Case { integration, function, input: None, metadata: json!({}) }
}

fn action(integration: &'static str, function: &'static str, input: Value) -> Case {
    Case { integration, function, input: Some(input), metadata: json!({}) }
}

/// Without those whose run is another each time (random names, the run's own id) or needs what no recording holds (other functions,
/// plain requests, variables): `attachments`, `sign-upload`, `escalate-ticket`, `export-tickets`, `whoami`.
fn sample() -> Vec<Case> {
    vec![
        sync("shop", "products"),
        sync("shop", "orders"),
        sync("shop", "customers"),
        sync("shop", "stock-levels"),
        action("shop", "create-order", json!({ "customerId": "71", "lines": [{ "sku": "JAM", "quantity": 3 }] })),
        action("shop", "update-product", json!({ "id": "14", "title": "Preserved lemons", "picture": "iVBORw0KGgo=" })),
        action("shop", "list-warehouses", Value::Null),
        Case { metadata: json!({ "teams": ["delivery", "billing"] }), ..sync("helpdesk", "tickets") },
        sync("helpdesk", "articles"),
        sync("billing", "invoices"),
        action("billing", "customer-balance", json!({ "email": "customer1@example.com" })),
        action("billing", "map-fields", json!({ "fields": { "costCentre": "KST" } })),
    ]
}

fn ready_made() -> Vec<Case> {
    vec![
        Case { metadata: json!({ "properties": ["favourite_jam"] }), ..sync("hubspot", "contacts") },
        sync("notion", "pages"),
        sync("linear", "issues"),
        Case { metadata: json!({ "calendars": ["primary", "team@group.calendar.google.com"] }), ..sync("google-calendar", "events") },
    ]
}

/// Where recordings say that a provider is.
fn public(text: &str, workshop: &Workshop) -> String {
    let origins = [
        (workshop.shop.url(), "https://api.larder.example"),
        (workshop.helpdesk.url(), "https://api.help-o-matic.example"),
        (workshop.billing.url(), "https://api.tally.example"),
        (workshop.hubspot.url(), "https://api.hubapi.com"),
    ];
    origins.iter().fold(text.to_owned(), |text, (here, there)| text.replace(here.as_str(), there))
}

/// A copy of the project whose recordings may be written over.
fn work_on(project: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(project).unwrap().map(|entry| entry.unwrap().path()) {
        let to = folder.path().join(entry.file_name().unwrap());
        match entry.file_name().unwrap().to_str().unwrap() {
            "node_modules" => std::os::unix::fs::symlink(&entry, to).unwrap(),
            // Crates beside the folders with TypeScript, and what a build left.
            ".syncline" | ".cargo" | "target" => {}
            _ if entry.join("Cargo.toml").exists() => {}
            _ if entry.is_dir() => copy(&entry, &to),
            name if name.starts_with("Cargo.") => {}
            _ => drop(std::fs::copy(&entry, to).unwrap()),
        }
    }
    folder
}

async fn record(project: &str, cases: Vec<Case>) {
    if !can_build(project) {
        return;
    }
    let mut workshop = Workshop::start(TestDatabase::sqlite()).await;
    let project = root().join(project);
    let folder = work_on(&project);
    #[expect(clippy::disallowed_methods, reason = "a switch of this test's own")]
    let update = std::env::var("SYNCLINE_UPDATE_RECORDINGS").is_ok_and(|value| value == "true");
    let mut drifted: Vec<PathBuf> = Vec::new();
    for Case { integration, function, input, metadata } in cases {
        let connection = format!("{integration}-{function}");
        workshop.connect(integration, &connection, json!({ "metadata": metadata })).await;
        let input = input.map(|input| input.to_string());
        let mut arguments = vec!["dryrun", function, &connection, "--integration", integration, "--allow-writes", "--save", "--force"];
        arguments.extend(input.iter().flat_map(|input| ["--input", input]));
        let said = workshop.syncline_in(folder.path(), &arguments).await.ok();

        let file = Path::new(integration).join("tests").join(format!("{function}.test.json"));
        let fresh =
            public(&std::fs::read_to_string(folder.path().join(&file)).unwrap_or_else(|error| panic!("{error}: {said}")), &workshop);
        let committed = std::fs::read_to_string(project.join(&file)).unwrap_or_default();
        if fresh != committed {
            if update {
                std::fs::write(project.join(&file), &fresh).unwrap();
            }
            eprintln!("{}: the stand-in's answers now make\n{fresh}", file.display());
            drifted.push(file);
        }
    }
    workshop.stop();
    assert!(update || drifted.is_empty(), "these recordings are not what the stand-ins answer: {drifted:?}; see above");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sample_projects_recordings_are_what_its_providers_answer() {
    record(PROJECT, sample()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_ready_made_functions_recordings_are_what_their_providers_answer() {
    record("functions", ready_made()).await;
}
