//! What an author is told when a function goes wrong at run time: the file, the line, and what to do.
//!
//! The functions are in `mistakes/`; the texts here are to the letter what the API answers and the run's page shows.

use std::path::Path;

use serde_json::{Value, json};
use syncline_store::testing::TestDatabase;

use super::project::PROJECT;
use super::workshop::{Workshop, can_build};
use crate::guests::root;
use crate::provider::TOKEN;

/// The folder of the functions as a project with the one integration `fixture`.
fn project() -> tempfile::TempDir {
    let project = tempfile::tempdir().unwrap();
    copy(&root().join("tests/it/typescript/mistakes"), &project.path().join("fixture"));
    for file in ["package.json", "tsconfig.json"] {
        std::fs::copy(root().join(PROJECT).join(file), project.path().join(file)).unwrap();
    }
    std::os::unix::fs::symlink(root().join(PROJECT).join("node_modules"), project.path().join("node_modules")).unwrap();
    project
}

pub(super) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            std::fs::copy(from, to).unwrap();
        }
    }
}

/// The code and the message of an action that fails.
async fn told(workshop: &Workshop, action: &str, input: Value) -> (String, String) {
    let answer = workshop.act("fixture", "ada", action, input).await;
    let error = &answer.json()["error"];
    let text = |name: &str| error[name].as_str().unwrap_or_else(|| panic!("{}", answer.text)).to_owned();
    (text("code"), text("message"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mistake_at_run_time_names_its_file_its_line_and_its_remedy() {
    if !can_build(PROJECT) {
        return;
    }
    let mut workshop = Workshop::start(TestDatabase::sqlite()).await;
    let project = project();
    workshop.syncline(&["deploy", project.path().to_str().unwrap()]).await.ok();
    let credentials = json!({ "type": "API_KEY", "apiKey": TOKEN });
    workshop.connect("fixture", "ada", json!({ "credentials": credentials })).await;

    let instead = "throw new Error(...) or new nango.ActionError(...)";
    let plain = "circular reference. Pass plain objects without circles and without BigInt";
    let texts = [
        ("thrown", json!({ "what": "text" }), format!("threw \"out of jam\", which is not an Error (fixture/actions/thrown.ts:11): {instead}")),
        (
            "thrown",
            json!({ "what": "object" }),
            format!("threw {{\"reason\":\"out of jam\",\"shelf\":4}}, which is not an Error (fixture/actions/thrown.ts:13): {instead}"),
        ),
        ("thrown", json!({ "what": "nothing" }), format!("threw undefined, which is not an Error (fixture/actions/thrown.ts:15): {instead}")),
        (
            "circular",
            json!({ "as": "output" }),
            format!("TypeError: the output, at jars[0].shelf, cannot be written as JSON: {plain} (fixture/actions/circular.ts:13)"),
        ),
        (
            "circular",
            json!({ "as": "body" }),
            format!("TypeError: the body of the request, at jars[0].shelf, cannot be written as JSON: {plain} (fixture/actions/circular.ts:17)"),
        ),
        (
            "circular",
            json!({ "as": "error" }),
            format!(
                "threw {{\"name\":\"top\",\"jars\":[{{\"label\":\"plum\",\"shelf\":\"[circular]\"}}]}}, which is not an Error (fixture/actions/circular.ts:20): {instead}"
            ),
        ),
        ("typo", Value::Null, "TypeError: cannot read property 'name' of undefined (fixture/names.ts:3)".to_owned()),
        (
            "endless",
            Value::Null,
            "function \"endless\" used up its 1s of CPU time: look for an endless loop, or do less in one run and go on from a checkpoint\n    \
             at exec (fixture/actions/endless.ts:11)"
                .to_owned(),
        ),
        (
            "hoarder",
            json!({ "items": 10_000 }),
            "function \"hoarder\" needs more than its 32 MiB of memory: save records page by page instead of collecting them\n    \
             at exec (fixture/actions/hoarder.ts:12)"
                .to_owned(),
        ),
        (
            "hoarder",
            json!({ "items": 100 }),
            "function \"hoarder\" needs more than its 32 MiB of memory: save records page by page instead of collecting them\n    \
             at exec (fixture/actions/hoarder.ts:11)"
                .to_owned(),
        ),
        (
            "unhandled",
            Value::Null,
            "UnhandledRejection: a call failed and was not awaited at fixture/actions/unhandled.ts:13; add `await`: Error: Ada has no address \
             (fixture/actions/unhandled.ts:5)"
                .to_owned(),
        ),
    ];
    let mut wrong = Vec::new();
    for (action, input, expected) in texts {
        let (code, message) = told(&workshop, action, input.clone()).await;
        let expected_code = match action {
            "endless" => "function_runtime_timed_out",
            "hoarder" => "function_runtime_out_of_memory",
            _ => "script_internal_error",
        };
        if (code.as_str(), &message) != (expected_code, &expected) {
            wrong.push(format!("{action} {input}: {code}\n  {message}\n  {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    let said = workshop.syncline(&["run", "bad-record", "--connection", "ada"]).await;
    assert_eq!(said.code, 4, "{}", said.stderr);
    let expected = "`Product`, record 1 with the id `2`: \"4.20\" is not of type \"number\" at /price; correct the record before it is saved, or the \
                    schema of the model (fixture/syncs/bad-record.ts:12)";
    assert!(said.stderr.contains(expected), "{}", said.stderr);
    workshop.stop();
}
