//! The author's loop, as a newcomer meets it: a first project, its build, its tests, its deployment. Through the real binary.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use syncline_domain::SystemClock;
use syncline_server::demo::github::{GithubStandIn, Options};
use syncline_store::testing::TestDatabase;

use crate::guests::root;
use crate::javascript::on_path;
use crate::node::{KEY, Node, Place};

/// Longer than a build takes on a loaded machine; only a test that fails waits for it.
const PATIENCE: Duration = Duration::from_mins(5);
const INPUT: &str = r#"{"owner":"octo-orbit","repo":"atlas","title":"Hello"}"#;

/// What a command said, and whether it was content.
struct Said {
    ok: bool,
    text: String,
}

/// The command of an author in this folder, who has set nothing else.
fn syncline(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_syncline"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("SYNCLINE_") {
            command.env_remove(name);
        }
    }
    command.env("SYNCLINE_FUNCTIONS_PACKAGE", package());
    command
}

fn run(mut command: Command) -> Said {
    let output = command.output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Said { ok: output.status.success(), text }
}

fn say(folder: &Path, arguments: &[&str]) -> Said {
    run(syncline(folder, arguments))
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

/// The npm package as it lies in this repository.
fn package() -> PathBuf {
    root().join("guest-sdk/typescript")
}

/// Whether TypeScript can be built here; says what is missing, and fails then when `CI=true`.
fn has_typescript() -> bool {
    let missing = if on_path(&["node"]).is_none() {
        "Node.js 20 or later is not installed"
    } else if !package().join("node_modules/esbuild").is_dir() {
        "the packages are not installed: run `npm ci` in guest-sdk/typescript"
    } else {
        return true;
    };
    #[expect(clippy::disallowed_methods, reason = "the same switch as for a missing PostgreSQL")]
    let is_ci = std::env::var("CI").is_ok_and(|value| value == "true");
    assert!(!is_ci, "{missing}");
    eprintln!("the author's loop in TypeScript was not tested: {missing}");
    false
}

/// A first project in TypeScript, with the zod of the package instead of one from npm.
fn typescript_project(home: &Path) -> PathBuf {
    say(home, &["init", "project", "--language", "typescript", "--no-install"]).ok();
    let project = home.join("project");
    std::fs::create_dir(project.join("node_modules")).unwrap();
    std::os::unix::fs::symlink(package().join("node_modules/zod"), project.join("node_modules/zod")).unwrap();
    project
}

async fn stand_in() -> GithubStandIn {
    GithubStandIn::start(Options::default(), Arc::new(SystemClock)).await.unwrap()
}

fn credentials(github: &GithubStandIn) -> String {
    format!(r#"{{"type":"OAUTH2","access_token":"{}"}}"#, github.token())
}

/// From a project to an action's answer: the way that `syncline init` tells a newcomer, to a server elsewhere.
async fn build_test_deploy_and_run(project: &Path) {
    let (github, database, directory) = (stand_in().await, TestDatabase::sqlite(), tempfile::tempdir().unwrap());
    std::fs::create_dir(directory.path().join("providers")).unwrap();
    let place = Place { database_url: database.url(), directory: directory.path(), data: "data", public_url: None, rate_limit: 0 };
    let node = Node::start(&place).await;
    let there = |arguments: &[&str]| {
        let mut command = syncline(project, arguments);
        command.env("SYNCLINE_SERVER", node.url("/")).env("SYNCLINE_SECRET_KEY_DEV", KEY);
        run(command)
    };
    say(project, &["build"]).ok();
    let said = say(project, &["test"]).ok();
    assert!(said.contains("2 passed, 0 failed"), "{said}");
    there(&["integrations", "create", "github"]).ok();
    let said = there(&["deploy"]).ok();
    assert!(said.contains("stars") && said.contains("create-issue"), "{said}");
    let config = format!(r#"{{"baseUrl":"{}"}}"#, github.url());
    let create = ["connections", "create", "github", "--connection", "ada"];
    there(&[&create[..], &["--credentials", &credentials(&github), "--config", &config]].concat()).ok();
    let said = there(&["run", "create-issue", "--connection", "ada", "--input", INPUT]).ok();
    assert!(said.contains("Hello"), "{said}");
    assert!(github.world().issues().iter().any(|issue| issue.title == "Hello"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_project_in_rust_is_built_tested_deployed_and_run() {
    let home = tempfile::tempdir().unwrap();
    let said = say(home.path(), &["init", "stars", "--language", "rust"]).ok();
    assert!(said.contains("src/lib.rs") && said.contains("syncline deploy"), "{said}");
    let project = home.path().join("stars");
    // The versions of the lock file that the project came with are those that this repository was built with: they need no network.
    std::fs::create_dir(project.join(".cargo")).unwrap();
    std::fs::write(project.join(".cargo/config.toml"), "net.offline = true\n").unwrap();
    let native = Command::new(env!("CARGO")).args(["test", "--lib"]).current_dir(&project).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&native.stdout), String::from_utf8_lossy(&native.stderr));
    assert!(native.status.success() && said.contains("2 passed"), "{said}");
    build_test_deploy_and_run(&project).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_project_in_typescript_is_built_tested_deployed_and_run() {
    if !has_typescript() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let project = typescript_project(home.path());
    assert!(project.join(".syncline/types/index.ts").is_file(), "editors find the types before the first build");
    build_test_deploy_and_run(&project).await;
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

/// A running `syncline dev`, read as it speaks.
struct Dev {
    child: Child,
    lines: Receiver<String>,
    heard: Vec<String>,
}

impl Dev {
    fn start(project: &Path, arguments: &[&str]) -> Self {
        let mut command = syncline(project, &[&["dev", "--port", "0"], arguments].concat());
        let temporary = project.parent().unwrap().join("tmp");
        std::fs::create_dir_all(&temporary).unwrap();
        let mut child = command.env("TMPDIR", temporary).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = channel();
        let errors = sender.clone();
        let (stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        std::thread::spawn(move || BufReader::new(stdout).lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        std::thread::spawn(move || BufReader::new(stderr).lines().map_while(Result::ok).try_for_each(|line| errors.send(line)));
        Self { child, lines, heard: Vec::new() }
    }

    /// Waits for a line that contains this.
    fn hear(&mut self, what: &str) -> String {
        loop {
            let Ok(line) = self.lines.recv_timeout(PATIENCE) else {
                panic!("it never said `{what}`, but:\n{}", self.heard.join("\n"));
            };
            self.heard.push(line.clone());
            if line.contains(what) {
                return line;
            }
        }
    }

    /// What its welcome says of this.
    fn told(&self, what: &str) -> String {
        let line = self.heard.iter().find(|line| line.trim_start().starts_with(what)).unwrap_or_else(|| panic!("{:?}", self.heard));
        line.split_whitespace().nth(1).unwrap().trim_end_matches(',').to_owned()
    }

    fn stop(mut self) {
        Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap();
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}\n{}", self.heard.join("\n"));
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_saved_answers_the_next_call_and_what_is_broken_leaves_the_last_version() {
    if !has_typescript() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let (project, github) = (typescript_project(home.path()), stand_in().await);
    let action = project.join("github/actions/create-issue.ts");
    let source = std::fs::read_to_string(&action).unwrap();
    let elsewhere = format!("github={}", github.url());
    let mut dev = Dev::start(&project, &["--timings", "--provider-url", &elsewhere]);
    dev.hear("deployed  github: ");
    dev.hear("tests     2 of 2 passed");
    dev.hear("Watching ");
    let (url, data) = (dev.told("API"), PathBuf::from(dev.told("data")));
    assert!(data.join("syncline.db").is_file() && data.starts_with(home.path()), "{}", data.display());

    // The commands find the key in the project's folder by themselves.
    let there = |arguments: &[&str]| {
        let mut command = syncline(&project, arguments);
        command.env("SYNCLINE_SERVER", &url);
        run(command).ok()
    };
    there(&["connections", "create", "github", "--connection", "ada", "--credentials", &credentials(&github)]);
    let call = || there(&["run", "create-issue", "--connection", "ada", "--input", INPUT]);
    assert!(call().contains("Hello"));

    std::fs::write(&action, source.replace("title: data.title", "title: `${data.title}, again`")).unwrap();
    dev.hear("create-issue.ts changed");
    dev.hear("deployed  github: ");
    let ready = dev.hear("ready ");
    assert!(ready.contains("build") && ready.contains("compile") && ready.contains("deploy"), "{ready}");
    dev.hear("failed    github/create-issue");
    assert!(call().contains("Hello, again"));

    std::fs::write(&action, format!("{source}\nconst = ;\n")).unwrap();
    dev.hear("broken    TypeScript; what was deployed before stays");
    assert!(call().contains("Hello, again"), "the last version that built still answers");

    std::fs::write(&action, &source).unwrap();
    dev.hear("tests     2 of 2 passed");
    let said = call();
    assert!(said.contains("Hello") && !said.contains("again"), "{said}");
    dev.stop();
    assert!(!data.exists(), "the temporary data outlived the command");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_local_server_with_a_store_has_its_connections_the_next_time() {
    if !has_typescript() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let (project, github) = (typescript_project(home.path()), stand_in().await);
    let connections = |dev: &Dev, arguments: &[&str]| {
        let mut command = syncline(&project, &[&["connections"], arguments].concat());
        command.env("SYNCLINE_SERVER", dev.told("API"));
        run(command).ok()
    };
    for start in 0..2 {
        let mut dev = Dev::start(&project, &["--no-test", "--store", ".syncline/dev"]);
        dev.hear("Watching ");
        if start == 0 {
            connections(&dev, &["create", "github", "--connection", "ada", "--credentials", &credentials(&github)]);
        }
        assert!(connections(&dev, &["list"]).contains("ada"));
        dev.stop();
    }
}
