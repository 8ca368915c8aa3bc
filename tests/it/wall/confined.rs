//! Whoever breaks out of WebAssembly behind the wall finds nothing.

use std::io::ErrorKind;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Output, Stdio};

use serde_json::json;
use syncline_store::testing::TestDatabase;

use super::processes;
use crate::app::{App, BEHIND_THE_WALL};
use crate::guests::FIXTURE;

const SIGSYS: i32 = 31;

/// A process of the same program, confined in the same way, that tries these things instead of serving.
fn try_to(attempts: &[String]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_syncline"));
    command.arg("execute-components").env_clear().stdin(Stdio::null());
    for attempt in attempts {
        command.args(["--attempt", attempt]);
    }
    command.output().unwrap()
}

async fn start() -> App {
    let app = App::start_in(TestDatabase::sqlite(), BEHIND_THE_WALL).await;
    app.deploy(&FIXTURE).await.ok();
    app.connect("ada", json!({})).await;
    app.action("ada", "echo", json!(1)).await.ok();
    app
}

/// S7: neither the database nor the keys, no file at all, no network, no other process.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_was_taken_over_can_open_nothing_and_reach_nobody() {
    let mut app = start().await;
    let (server, other) = (app.pid(), processes::of(app.pid())[0]);
    let database = app.database.url().trim_start_matches("sqlite://").to_owned();
    assert!(std::fs::File::open(&database).is_ok(), "{database} is the database");
    let key = app.directory.path().join("data").join("some.key");
    std::fs::write(&key, "key").unwrap();
    let port = app.url("").trim_start_matches("http://").to_owned();
    let attempts: Vec<String> = [
        format!("open:{database}"),
        format!("open:{}", key.display()),
        format!("create:{}", app.directory.path().join("data").join("new").display()),
        format!("list:{}", app.directory.path().display()),
        "open:/etc/passwd".to_owned(),
        "open:/proc/self/environ".to_owned(),
        format!("open:/proc/{server}/environ"),
        format!("open:/proc/{server}/mem"),
        format!("open:/proc/{other}/mem"),
        format!("connect:{port}"),
        "connect:127.0.0.1:5432".to_owned(),
        "connect-unix:/var/run/docker.sock".to_owned(),
        "listen".to_owned(),
        "udp".to_owned(),
        format!("signal:{server}"),
        format!("signal:{other}"),
        "start:/bin/true".to_owned(),
    ]
    .into();
    let output = try_to(&attempts);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), attempts.len() + 1, "{said}");
    assert!(lines[0].starts_with("seccomp, "), "{said}");
    for (attempt, line) in attempts.iter().zip(&lines[1..]) {
        assert!(line.starts_with(&format!("{attempt} refused: ")) && line.contains("Operation not permitted"), "{line}");
    }
    assert_eq!(app.action("ada", "echo", json!(1)).await.ok(), json!(1), "nobody was hurt");
    app.stop();
}

/// S7: what nobody tries by mistake ends the process, so that it is noticed.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_looks_into_others_or_becomes_another_program_is_killed() {
    let mut app = start().await;
    for attempt in [format!("trace:{}", app.pid()), format!("memory:{}", app.pid()), "become:/bin/true".to_owned()] {
        let output = try_to(std::slice::from_ref(&attempt));
        assert_eq!(output.status.signal(), Some(SIGSYS), "{attempt}: {}", String::from_utf8_lossy(&output.stdout));
    }
    // And a thread is no process: the filter tells them apart.
    let output = try_to(&["thread".to_owned()]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("thread done"), "{output:?}");
    app.stop();
}

/// S7: the process that serves was confined before it saw a component, and holds nothing but its socket.
#[tokio::test(flavor = "multi_thread")]
async fn a_serving_process_holds_no_file_no_network_and_no_environment() {
    let mut app = start().await;
    let pid = processes::of(app.pid())[0];
    let status = std::fs::read_to_string(processes::path(pid, "status")).unwrap();
    for line in ["NoNewPrivs:\t1", "Seccomp:\t2", "Seccomp_filters:\t3"] {
        assert!(status.contains(line), "{line} is not in\n{status}");
    }
    match std::fs::read(processes::path(pid, "environ")) {
        Ok(environment) => assert!(environment.is_empty(), "{}", String::from_utf8_lossy(&environment)),
        // It cannot be looked at by its own user: that is as good.
        Err(error) => assert_eq!(error.kind(), ErrorKind::PermissionDenied),
    }
    let limits = std::fs::read_to_string(processes::path(pid, "limits")).unwrap();
    let limit = |name: &str| limits.lines().find(|line| line.starts_with(name)).unwrap().split_whitespace().nth(4).map(str::to_owned);
    assert_eq!(limit("Max core file size").as_deref(), Some("0"), "{limits}");
    assert_ne!(limit("Max address space").as_deref(), Some("unlimited"), "{limits}");
    if let Ok(open) = std::fs::read_dir(processes::path(pid, "fd")) {
        let targets: Vec<String> = open.map(|entry| std::fs::read_link(entry.unwrap().path()).unwrap().display().to_string()).collect();
        let harmless = |target: &String| {
            ["socket:", "pipe:", "anon_inode:", "/memfd:"].iter().any(|kind| target.starts_with(kind))
                || target == "/dev/null"
                || target.ends_with("/pagemap")
        };
        assert!(targets.iter().all(harmless), "{targets:?}");
        let sockets: std::collections::BTreeSet<_> = targets.iter().filter(|target| target.starts_with("socket:")).collect();
        // Its own, and the pair by which its runtime hears of signals.
        assert!(sockets.len() <= 3, "{targets:?}");
    }
    assert!(app.log().contains("functions run in processes of their own"), "{}", app.log());
    app.stop();
}
