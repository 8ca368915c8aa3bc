//! The author's loop, as a newcomer meets it: a first project, its build, its tests, its deployment. Through the real binary.

use std::path::Path;
use std::process::{Command, Stdio};

/// What a command said, and whether it was content.
struct Said {
    ok: bool,
    text: String,
}

/// The command of an author in this folder, who has set nothing.
fn syncline(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_syncline"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("SYNCLINE_") {
            command.env_remove(name);
        }
    }
    command
}

fn say(folder: &Path, arguments: &[&str]) -> Said {
    let output = syncline(folder, arguments).output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Said { ok: output.status.success(), text }
}

impl Said {
    fn ok(self) -> String {
        assert!(self.ok, "{}", self.text);
        self.text
    }

    fn refused(self) -> String {
        assert!(!self.ok, "{}", self.text);
        self.text
    }
}

#[test]
fn a_first_project_in_rust_passes_its_own_tests() {
    let home = tempfile::tempdir().unwrap();
    let said = say(home.path(), &["init", "stars", "--language", "rust"]).ok();
    assert!(said.contains("src/lib.rs") && said.contains("syncline deploy"), "{said}");
    let project = home.path().join("stars");
    // The versions of the lock file that the project came with are those that this repository was built with: they need no network.
    let tested = Command::new(env!("CARGO")).args(["test", "--offline", "--lib"]).current_dir(&project).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&tested.stdout), String::from_utf8_lossy(&tested.stderr));
    assert!(tested.status.success() && said.contains("2 passed"), "{said}");
}

#[test]
fn init_overwrites_nothing() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("README.md"), "mine").unwrap();
    for language in ["rust", "typescript"] {
        let said = say(home.path(), &["init", "--no-install", "--language", language]).refused();
        assert!(said.contains("README.md") && said.contains("--force"), "{said}");
    }
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 1, "nothing was written");
    say(home.path(), &["init", "--no-install", "--force"]).ok();
    assert_eq!(std::fs::read_to_string(home.path().join("README.md")).unwrap(), "mine");
    assert!(home.path().join("github/syncs/stars.ts").is_file(), "without a terminal it is TypeScript");
}
