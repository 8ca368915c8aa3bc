//! Much data in little memory.

use std::time::Instant;

use serde_json::json;

use crate::app::App;
use crate::both::on_both_databases;
use crate::guests::FIXTURE;

on_both_databases! {
    /// 100,000 records of 1 KB in pages of 100, end to end.
    async fn a_hundred_thousand_records_in_constant_memory(app: App) {
        const RECORDS: u64 = 100_000;
        const WARM_UP: u64 = 30_000;
        app.deploy(&FIXTURE).await.ok();
        app.connect_and_settle("ada", json!({ "count": WARM_UP, "page_size": 100, "size_bytes": 1_000 })).await;
        // A first run, so that code, pools and caches are where they stay.
        let run = app.sync("ada", "bulk").await;
        assert_eq!((&run["state"], &run["counts"]["Item"]["added"]), (&json!("succeeded"), &json!(WARM_UP)), "{run}");
        assert_eq!(app.changes("ada", "Item", None).await.0.len() as u64, WARM_UP);
        let (before, cpu_before) = (peak_memory_kib(app.pid()), cpu_seconds(app.pid()));

        app.set_metadata("ada", json!({ "count": RECORDS, "page_size": 100, "size_bytes": 1_000, "seed": "x" })).await;
        let begin = Instant::now();
        let run = app.sync("ada", "bulk").await;
        let (wall, cpu, after) = (begin.elapsed(), cpu_seconds(app.pid()) - cpu_before, peak_memory_kib(app.pid()));
        let counts = &run["counts"]["Item"];
        assert_eq!((counts["added"].as_u64(), counts["updated"].as_u64()), (Some(RECORDS - WARM_UP), Some(WARM_UP)), "{run}");
        println!(
            "{}: {RECORDS} records of 1 KB: {:.1} s wall, {:.1} s CPU of the server ({:.0} µs a record), peak memory {} MiB before and {} MiB after",
            app.database.url().split(':').next().unwrap(), wall.as_secs_f64(), cpu, cpu * 1e6 / RECORDS as f64, before / 1_024, after / 1_024,
        );
        // The run holds 100 MB; what it keeps in memory is a page.
        assert!(after.saturating_sub(before) < 48 * 1_024, "memory grew from {before} to {after} KiB");

        let (records, _) = app.changes("ada", "Item", None).await;
        assert_eq!(records.len() as u64, RECORDS);
    }
}

fn peak_memory_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// User and system time. The clock ticks 100 times a second on every Linux.
fn cpu_seconds(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks = |at: usize| fields[at].parse::<f64>().unwrap();
    (ticks(11) + ticks(12)) / 100.0
}
