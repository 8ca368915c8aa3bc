//! The processes of a server, as the system lists them.

use std::path::PathBuf;
use std::process::Command;

/// Those in which the server of this id runs functions, oldest first.
pub(crate) fn of(server: u32) -> Vec<u32> {
    let listed = std::fs::read_dir("/proc").expect("Linux has /proc").filter_map(Result::ok);
    let mut found: Vec<(u64, u32)> = listed
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| field(*pid, 1) == Some(u64::from(server)))
        // The server starts itself for compiling too.
        .filter(|pid| std::fs::read(path(*pid, "cmdline")).is_ok_and(|line| line.windows(18).any(|part| part == b"execute-components")))
        .filter_map(|pid| Some((field(pid, 19)?, pid)))
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(_, pid)| pid).collect()
}

/// `kill -9`.
pub(crate) fn kill(pid: u32) {
    assert!(Command::new("kill").args(["-KILL", &pid.to_string()]).status().unwrap().success());
}

/// SIGSTOP: it stands still with everything that it holds.
pub(crate) fn freeze(pid: u32) {
    assert!(Command::new("kill").args(["-STOP", &pid.to_string()]).status().unwrap().success());
}

/// Of its own, without what it shares with files; none where it has ended.
pub(crate) fn memory_bytes(pid: u32) -> u64 {
    let status = std::fs::read_to_string(path(pid, "status")).unwrap_or_default();
    let kilobytes = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next()?.parse::<u64>().ok());
    1_024 * ["RssAnon:", "RssShmem:"].into_iter().filter_map(kilobytes).sum::<u64>()
}

pub(crate) fn path(pid: u32, file: &str) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}/{file}"))
}

/// A number of `stat` behind the state, which is number 0; 1 is the parent, 19 the time of its start.
fn field(pid: u32, at: usize) -> Option<u64> {
    let stat = std::fs::read_to_string(path(pid, "stat")).ok()?;
    stat.rsplit(')').next()?.split_whitespace().nth(at)?.parse().ok()
}
