//! Disks that take no more.

use std::process::Command;

use reqwest::StatusCode;
use serde_json::json;
use syncline_store::testing::TestDatabase;

use super::chance::{Chance, rounds};
use super::fleet::Fleet;
use crate::node::Node;

/// D10: every write fails (`EFBIG`, which SQLite reports as an I/O error) in the middle of the load. Nothing that was acknowledged before, between
/// or after is lost; the service resumes by itself when the disk takes writes again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_that_fail_are_not_acknowledged_and_the_service_resumes() {
    let mut fleet = Fleet::start(TestDatabase::sqlite()).await;
    rounds("a disk that fails", async |mut chance| {
        let limit = |node: &Node, bytes: &str| {
            let set = format!("--fsize={bytes}:");
            assert!(Command::new("prlimit").args(["--pid", &node.pid().to_string(), &set]).status().unwrap().success());
        };
        survive(&mut fleet, &mut chance, |node| limit(node, "1"), |node| limit(node, "unlimited")).await;
    })
    .await;
    fleet.stop();
}

/// D10: the disk is full, a small one of the test's own. 507 with what to do; afterwards the database is whole.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_told_as_such_and_the_database_stays_whole() {
    let mounted = tempfile::tempdir().unwrap();
    let disk = mounted.path().to_str().unwrap();
    // In a mount namespace of the server's own; without root that takes a user namespace, which some machines forbid.
    let is_root = Command::new("id").arg("-u").output().unwrap().stdout.trim_ascii() == b"0";
    let mut wrapper = vec!["unshare", "--mount"];
    wrapper.extend(["--user", "--map-root-user"].iter().filter(|_| !is_root));
    if !Command::new(wrapper[0])
        .args(&wrapper[1..])
        .args(["mount", "-t", "tmpfs", "none", disk])
        .status()
        .is_ok_and(|status| status.success())
    {
        eprintln!("\n==== SKIPPED: no disk of its own can be mounted here ====\n");
        return;
    }
    wrapper.extend(["sh", "-c", r#"mount -t tmpfs -o size=24m none "$0" && exec "$@""#, disk]);
    let url = format!("sqlite://{disk}/test.db");
    let mut fleet = Fleet::under(&url, &wrapper).await;
    rounds("a full disk", async |mut chance| {
        let filler = |node: &Node| format!("/proc/{}/root{disk}/filler", node.pid());
        let fill = |node: &Node| {
            // As much as there is room for: it ends with ENOSPC.
            assert!(std::io::copy(&mut std::io::repeat(0), &mut std::fs::File::create(filler(node)).unwrap()).is_err());
        };
        survive(&mut fleet, &mut chance, fill, |node| std::fs::remove_file(filler(node)).unwrap()).await;
        // A backup checks what it copied. It has to look from inside, where the disk is.
        let node = fleet.node(0);
        let copy = fleet.folder().join(format!("copy-{}", chance.below(u64::MAX)));
        let mut inside = Command::new("nsenter");
        inside.args(["--target", &node.pid().to_string(), "--mount"]);
        inside.args(["--user", "--preserve-credentials"].iter().filter(|_| !is_root));
        inside.args([env!("CARGO_BIN_EXE_syncline"), "backup", "--database-url", &url]).arg(&copy);
        let output = inside.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    })
    .await;
    assert!(fleet.told_full, "nobody was told 507");
    fleet.stop();
}

/// Breaks the disk under load, waits until a request is refused, and mends it.
async fn survive(fleet: &mut Fleet, chance: &mut Chance, fail: impl Fn(&Node), mend: impl Fn(&Node)) {
    fleet.provider.forget();
    let load = fleet.load(&format!("disk-{}", fleet.faults));
    let producers = load.start(4, chance);
    for _ in 0..3 {
        load.reach(load.acknowledged() + 5 + chance.below(20)).await;
        fleet.faults += 1;
        fail(fleet.node(0));
        let node = fleet.node(0);
        let refused = node
            .eventually("a refusal", || async {
                let body =
                    json!({ "provider_config_key": "fixture", "connection_id": "c0", "metadata": { "filling": "x".repeat(100_000) } });
                let answer = node.post("/connections/metadata", body).await;
                answer.status.is_server_error().then_some(answer)
            })
            .await;
        let full = refused.status == StatusCode::INSUFFICIENT_STORAGE;
        assert!(!full || (refused.code() == "insufficient_storage" && refused.text.contains("free")), "{}", refused.text);
        assert_eq!(node.get("/health").await.status, StatusCode::OK);
        mend(node);
        fleet.told_full |= full;
    }
    load.reach(load.acknowledged() + 20).await;
    producers.stop().await;
    fleet.reckon(&load, chance).await;
}
