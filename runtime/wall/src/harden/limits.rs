//! Limits of the system, and what was inherited.

use std::io;

use nix::sys::prctl;
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{SigSet, Signal};

/// One for each module's memory image, and a dozen besides.
const MAX_DESCRIPTORS: u64 = 4_096;
/// On top of what the pool has reserved: the code of some hundred components, stacks of threads, and what a run's values take on their way.
const ROOM_BYTES: u64 = 8 << 30;

/// Closes what the parent left open, and leaves signals that go to a whole group or service to the server: it brings runs to a checkpoint first.
pub(crate) fn inherited() -> io::Result<()> {
    let mut open = Vec::new();
    for entry in std::fs::read_dir("/proc/self/fd")? {
        open.extend(entry?.file_name().to_str().and_then(|name| name.parse::<i32>().ok()));
    }
    for descriptor in open.into_iter().filter(|descriptor| *descriptor > 2) {
        // The folder itself was among them and is closed already.
        let _ = nix::unistd::close(descriptor);
    }
    let mut for_the_server = SigSet::empty();
    for_the_server.extend([Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP]);
    Ok(for_the_server.thread_block()?)
}

pub(super) fn limit() -> io::Result<()> {
    setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
    setrlimit(Resource::RLIMIT_NOFILE, MAX_DESCRIPTORS, MAX_DESCRIPTORS)?;
    let room = reserved_bytes()?.saturating_add(ROOM_BYTES);
    setrlimit(Resource::RLIMIT_AS, room, room)?;
    // Not the number of processes: the system counts all of the user's. That there is never a second one here, seccomp sees to.
    prctl::set_dumpable(false)?;
    prctl::set_pdeathsig(Signal::SIGKILL)?;
    prctl::set_no_new_privs()?;
    Ok(())
}

/// The first field of `statm`, in pages: all address space, touched or not.
fn reserved_bytes() -> io::Result<u64> {
    const PAGE_BYTES: u64 = 4096;
    let statm = std::fs::read_to_string("/proc/self/statm")?;
    let pages = statm.split_ascii_whitespace().next().and_then(|pages| pages.parse::<u64>().ok());
    Ok(pages.ok_or_else(|| io::Error::other("/proc/self/statm does not read"))? * PAGE_BYTES)
}
