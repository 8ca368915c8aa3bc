//! What the system knows of this process, under the names that Prometheus's own clients give it.

use std::fs;

use super::text::Text;

/// Of the figures in `/proc`, for programs: 100 on every Linux that people run.
const TICKS_PER_SECOND: f64 = 100.0;

/// Nothing where there is no `/proc`. Its files are memory: reading them waits for no disk.
pub(super) fn write(text: &mut Text) {
    if let Some(seconds) = cpu_seconds() {
        text.counter("process_cpu_seconds_total", "CPU time of this process", seconds);
    }
    if let Some(bytes) = resident_bytes() {
        text.gauge("process_resident_memory_bytes", "Memory of this process", bytes);
    }
    if let Ok(open) = fs::read_dir("/proc/self/fd") {
        text.gauge("process_open_fds", "Open files and sockets of this process", open.count() as f64);
    }
}

fn cpu_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name in brackets may hold anything; what follows it are numbers.
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace();
    let (user, system): (f64, f64) = (fields.nth(11)?.parse().ok()?, fields.next()?.parse().ok()?);
    Some((user + system) / TICKS_PER_SECOND)
}

fn resident_bytes() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: f64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024.0)
}
