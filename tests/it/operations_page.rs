//! `docs/operations.md`: every command on it is executed, in the order of the page, in folders and on ports of the test's own.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use syncline_store::testing::{TestCluster, TestDatabase};

use crate::guests::root;

/// Starts and stops what the unit says, as the service manager of one machine.
const SYSTEMCTL: &str = r#"#!/bin/bash
set -eu
machine=$(dirname "$(dirname "$0")")
unit=$machine/syncline.service
pid=$machine/pid
alive() { kill -0 "$1" 2>/dev/null && ! grep -q '^State:[[:space:]]*Z' "/proc/$1/status"; }
start() {
    mkdir -p "$machine/var/lib/syncline"
    program=$(sed -n 's/^ExecStart=//p' "$unit")
    environment=$(sed -n 's/^EnvironmentFile=//p' "$unit")
    # An empty environment, and only what the file says, as a service has it; but the machines of this test share an address.
    setsid env -i $(cat "$environment") "SYNCLINE_LISTEN=127.0.0.1:$(cat "$machine/port")" "SYNCLINE_DATA_DIR=$machine/var/lib/syncline" \
        SYNCLINE_DRAIN_SECONDS=0 $program >>"$machine/log" 2>&1 </dev/null &
    echo $! >"$pid"
}
stop() {
    kill -TERM "$(cat "$pid")"
    while alive "$(cat "$pid")"; do sleep 0.05; done
    rm "$pid"
}
case "$*" in
    daemon-reload) ;;
    'enable --now syncline' | 'start syncline') start ;;
    'stop syncline') stop ;;
    'restart syncline') stop; start ;;
    *) echo "the stand-in for systemctl does not know: $*" >&2; exit 1 ;;
esac
"#;

/// One fenced block.
struct Block {
    /// What stands behind the three backticks.
    kind: String,
    text: String,
    /// The heading above it.
    below: String,
}

/// A machine: a folder that stands for `/`, and a port that stands for 3003.
struct Machine {
    folder: PathBuf,
    port: u16,
}

/// The page's commands as they run here.
struct Stage {
    work: PathBuf,
    database_url: Option<String>,
}

fn blocks(page: &str) -> Vec<Block> {
    let (mut blocks, mut below, mut open) = (Vec::new(), String::new(), None::<Block>);
    for line in page.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(block), None) => block.text.extend([line, "\n"]),
            (None, Some(kind)) => open = Some(Block { kind: kind.to_owned(), text: String::new(), below: below.clone() }),
            (None, None) if line.starts_with('#') => line.trim_start_matches(['#', ' ']).clone_into(&mut below),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block has no end");
    blocks
}

impl Machine {
    fn new(work: &Path, name: &str, unit: &str) -> Self {
        let folder = work.join(name);
        std::fs::create_dir_all(folder.join("bin")).unwrap();
        let machine = Self { port: TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port(), folder };
        std::fs::write(machine.folder.join("syncline.service"), machine.here(unit)).unwrap();
        std::fs::write(machine.folder.join("port"), machine.port.to_string()).unwrap();
        let systemctl = machine.folder.join("bin/systemctl");
        std::fs::write(&systemctl, SYSTEMCTL).unwrap();
        assert!(Command::new("chmod").arg("+x").arg(systemctl).status().unwrap().success());
        machine
    }

    /// Paths and ports of the page become this machine's.
    fn here(&self, text: &str) -> String {
        let folder = self.folder.to_str().unwrap();
        let mut text = text.replace("target/release/syncline", env!("CARGO_BIN_EXE_syncline"));
        for path in ["/usr/local/bin", "/etc/syncline", "/var/lib/syncline", "/var/backups/syncline"] {
            text = text.replace(path, &format!("{folder}{path}"));
        }
        text.replace("127.0.0.1:3003", &format!("127.0.0.1:{}", self.port))
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        if let Ok(pid) = std::fs::read_to_string(self.folder.join("pid")) {
            let _ = Command::new("kill").args(["-KILL", pid.trim()]).status();
        }
        if std::thread::panicking() {
            eprintln!("--- the log of {}\n{}", self.folder.display(), std::fs::read_to_string(self.folder.join("log")).unwrap_or_default());
        }
    }
}

impl Stage {
    /// Runs a block, and keeps the variables that it set for the next.
    fn run(&self, machine: &Machine, block: &Block, variables: &mut BTreeMap<String, String>) {
        let mut script = machine.here(&block.text);
        if let Some(url) = &self.database_url {
            script = script.replace("postgres://syncline:PASSWORD@db.example.com/syncline", url);
        }
        let kept = self.work.join("variables");
        let script = format!("set -euo pipefail\n{script}\nset +x; env -0 > '{}'", kept.display());
        let mut path = format!("{0}/bin:{0}/usr/local/bin", machine.folder.display());
        for folder in TestDatabase::postgres_programs()
            .iter()
            .map(|folder| folder.display().to_string())
            .chain(std::env::var_os("PATH").map(|path| path.into_string().unwrap()))
        {
            path = format!("{path}:{folder}");
        }
        let output = Command::new("bash")
            .args(["-c", &script])
            .current_dir(&self.work)
            .env_clear()
            .envs(&*variables)
            .env("PATH", path)
            .env("SYNCLINE_SERVER", format!("http://127.0.0.1:{}", machine.port))
            .output()
            .unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "below \"{}\":\n{}\nsays:\n{said}", block.below, block.text);
        let set = std::fs::read_to_string(kept).unwrap();
        *variables = set
            .split('\0')
            .filter_map(|line| line.split_once('='))
            .filter(|(name, _)| name.starts_with("SYNCLINE_") && *name != "SYNCLINE_SERVER")
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
    }
}

/// D15, D16 and the keys: an operator who follows the page word for word gets where it says.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_of_the_operators_page_does_what_it_says() {
    let page = std::fs::read_to_string(root().join("docs/operations.md")).unwrap();
    let all = blocks(&page);
    let unit = &all.iter().find(|block| block.kind == "ini").expect("the unit").text;
    let three = all.iter().position(|block| block.below == "Three machines").expect("the section");
    let work = tempfile::tempdir().unwrap();
    let cluster = TestCluster::start().await;
    let stage = Stage { work: work.path().to_owned(), database_url: cluster.as_ref().map(TestCluster::url) };
    let machine = |name: &str| Machine::new(work.path(), name, unit);
    let one = machine("one");
    let mut executed = 0;
    let mut variables = BTreeMap::new();
    for block in &all[..three] {
        match block.kind.as_str() {
            "sh" => stage.run(&one, block, &mut variables),
            _ => check(block, &one),
        }
        executed += 1;
    }
    drop(one);
    if cluster.is_none() {
        return;
    }
    let machines = ["a", "b", "c"].map(machine);
    let mut variables = BTreeMap::new();
    for block in &all[three..] {
        match block.kind.as_str() {
            "sh" => stage.run(&machines[0], block, &mut variables),
            "sh on each machine" => {
                for machine in &machines {
                    // What is set on the machines is nobody else's.
                    stage.run(machine, block, &mut BTreeMap::new());
                }
            }
            _ => check(block, &machines[0]),
        }
        executed += 1;
    }
    assert_eq!(executed, all.len());
}

/// The files of other programs, as far as they can be held against what is here.
fn check(block: &Block, machine: &Machine) {
    match block.kind.as_str() {
        "ini" => {
            assert!(block.text.contains("ExecStart=/usr/local/bin/syncline serve"), "{}", block.text);
            let unit = machine.folder.join("syncline.service");
            // Where there is systemd, it says what it thinks of the unit. The program must be there for that.
            if let Ok(output) = Command::new("systemd-analyze").arg("verify").arg(&unit).output() {
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                assert!(!said.contains("syncline.service"), "{said}");
            }
        }
        "caddyfile" | "haproxy" => {
            assert_eq!(block.text.matches('{').count(), block.text.matches('}').count(), "{}", block.text);
            assert!(block.text.contains("/ready") && block.text.contains(":3003"), "{}", block.text);
        }
        // What it leads to is played through by `faults::failover`, with these settings.
        "postgresql" => {
            let settings: Vec<_> = block.text.lines().filter(|line| !line.starts_with('#')).collect();
            assert_eq!(settings, ["synchronous_commit = on", "synchronous_standby_names = 'standby'"]);
        }
        other => panic!("nobody executes or checks a block of `{other}` below \"{}\"", block.below),
    }
}
