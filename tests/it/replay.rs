//! `syncline test` with the real binary: recordings of crates, replayed offline.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::guests::root;

/// What a command said, and its exit code.
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Said {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.stdout, self.stderr))
    }
}

/// Runs the binary as an author does, with a home of its own and no server.
pub(crate) fn syncline(home: &Path, arguments: &[&str]) -> Said {
    let output = Command::new(env!("CARGO_BIN_EXE_syncline"))
        .args(arguments)
        .current_dir(home)
        .env_remove("SYNCLINE_SERVER")
        .env("SYNCLINE_DATA_DIR", home.join("none"))
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Said { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// A crate of functions as an author has it, in a folder that a test may change: its files, and a name that no other test builds under.
pub(crate) fn crate_in(home: &Path, folder: &str, name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = home.canonicalize().unwrap().join(folder);
    let write = |path: &str, text: &str| {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let sdk = root().join("guest-sdk/rust");
    let manifest = format!(
        "[workspace]\n[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[lib]\ncrate-type = [\"cdylib\", \
         \"rlib\"]\n[dependencies]\nserde = {{ version = \"1\", features = [\"derive\"] }}\nsyncline-functions = {{ path = \"{}\" }}\n\
         [profile.release]\nopt-level = \"s\"\nlto = \"fat\"\ncodegen-units = 1\npanic = \"abort\"\nstrip = \"debuginfo\"\n",
        sdk.display()
    );
    write("Cargo.toml", &manifest);
    // What cargo has fetched already.
    let lock = std::fs::read_to_string(root().join("tests/guests/fixture/Cargo.lock")).unwrap();
    write("Cargo.lock", &lock.replace("name = \"fixture\"", &format!("name = \"{name}\"")));
    // Where the other guests' dependencies are built already.
    write(".cargo/config.toml", &format!("[build]\ntarget-dir = \"{}\"\n", root().join("target/guests").display()));
    for (path, text) in files {
        write(path, text);
    }
    folder
}

/// The ready-made functions for GitHub, with their recordings.
fn copy_of_github(name: &str) -> (tempfile::TempDir, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let from = root().join("functions/github");
    let mut files = Vec::new();
    for folder in ["src", "tests"] {
        for entry in std::fs::read_dir(from.join(folder)).unwrap().map(Result::unwrap) {
            let file = entry.file_name().into_string().unwrap();
            // The crate's own tests are not built.
            if folder == "src" || file.strip_suffix(".test.json").is_some() {
                files.push((format!("{folder}/{file}"), std::fs::read_to_string(entry.path()).unwrap()));
            }
        }
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let folder = crate_in(home.path(), "github", name, &files);
    (home, folder)
}

fn change(file: &Path, change: impl FnOnce(&mut Value)) {
    let mut recording: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    change(&mut recording);
    std::fs::write(file, recording.to_string()).unwrap();
}

#[test]
fn recordings_of_a_crate_replay_and_what_differs_is_shown() {
    let (home, github) = copy_of_github("replayed");
    let test = |arguments: &[&str]| syncline(home.path(), &[&["test", github.to_str().unwrap()], arguments].concat());

    // As committed: everything passes, and nothing but the engine's cache is left behind.
    let said = test(&["--json"]);
    assert_eq!(said.code, 0, "{}\n{}", said.stdout, said.stderr);
    let names = ["github/create-issue", "github/issues", "github/repositories"];
    let passed: Vec<Value> = names.iter().map(|name| json!({ "name": name, "outcome": "passed", "diff": null })).collect();
    assert_eq!(said.json(), json!({ "passed": 3, "failed": 0, "cases": passed }));
    assert_eq!(std::fs::read_to_string(github.join(".syncline/.gitignore")).unwrap(), "*\n");

    // Another output than the recorded one, a request that was not recorded, and a recording of no function.
    let tests = github.join("tests");
    change(&tests.join("issues.test.json"), |recording| {
        recording["nango"]["batchSave"]["GithubIssue"][1]["title"] = "As it was recorded".into();
    });
    change(&tests.join("repositories.test.json"), |recording| {
        let paths = recording["api"]["get"].as_object_mut().unwrap();
        let answers = paths.shift_remove("/user/repos").unwrap();
        paths.insert("/user/repositories".to_owned(), answers);
    });
    std::fs::write(tests.join("stranger.test.json"), "{}").unwrap();
    let report = home.path().join("report.xml");
    let said = test(&["--junit", report.to_str().unwrap()]);
    assert_eq!(said.code, 4, "{}\n{}", said.stdout, said.stderr);
    let text = &said.stdout;
    assert!(text.contains("ok      github/create-issue\nFAILED  github/issues\n"), "{text}");
    assert!(text.contains(r#"batchSave.GithubIssue[1].title: recorded "As it was recorded", now "Docs are old""#), "{text}");
    assert!(text.contains("-     \"title\": \"As it was recorded\",\n        +     \"title\": \"Docs are old\","), "{text}");
    assert!(text.contains("there is no recorded answer to GET /user/repos?"), "{text}");
    assert!(text.contains("nothing was recorded for this path; the nearest is GET /user/repositories"), "{text}");
    assert!(text.contains("no function belongs to this recording") && text.contains("`repositories`"), "{text}");
    assert!(text.contains("1 passed, 3 failed in "), "{text}");
    let xml = std::fs::read_to_string(&report).unwrap();
    assert!(xml.contains(r#"<testsuite name="github" tests="4" disabled="0" errors="0" failures="3""#), "{xml}");
    assert!(xml.contains(r#"<failure message="batchSave.GithubIssue[1].title: recorded &quot;As it was recorded&quot;"#), "{xml}");

    // Parts of a project.
    let said = test(&["--filter", "create"]);
    assert_eq!((said.code, said.stdout.contains("1 passed, 0 failed")), (0, true), "{}", said.stdout);
    let one = syncline(home.path(), &["test", tests.join("issues.test.json").to_str().unwrap(), "--json"]);
    assert_eq!((one.code, &one.json()["failed"]), (4, &json!(1)), "{}", one.stdout);
    let none = test(&["--filter", "nothing-like-it"]);
    assert_eq!(none.code, 1, "{}", none.stdout);
    assert!(none.stderr.contains("no recording was found whose name contains `nothing-like-it`"), "{}", none.stderr);
}

#[test]
fn a_function_without_a_recording_is_named_and_bad_ones_say_what_is_wrong() {
    let (home, github) = copy_of_github("untested");
    let tests = github.join("tests");
    std::fs::remove_file(tests.join("repositories.test.json")).unwrap();
    std::fs::write(tests.join("issues.test.json"), "{\"api\": [").unwrap();
    change(&tests.join("create-issue.test.json"), |recording| recording["input"] = json!({ "owner": "acme" }));
    let said = syncline(home.path(), &["test", github.to_str().unwrap()]);
    assert_eq!(said.code, 4, "{}\n{}", said.stdout, said.stderr);
    assert!(said.stdout.contains("without a recording: github/repositories"), "{}", said.stdout);
    assert!(said.stdout.contains("is not a recording: "), "{}", said.stdout);
    assert!(said.stdout.contains("the input of `create-issue` does not match its schema"), "{}", said.stdout);
    let missing = syncline(home.path(), &["test", "absent"]);
    assert_eq!((missing.code, missing.stderr.contains("absent")), (2, true), "{}", missing.stderr);
}
