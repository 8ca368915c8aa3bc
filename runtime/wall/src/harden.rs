//! What a process gives up for good before it runs a component.
//!
//! In this order, on its only thread, so that every later thread is born with it:
//!
//! 1. open files but its socket and stderr; signals that are meant for the server;
//! 2. limits: no core dump, few descriptors, no more address space than its pool and some room for code and for what it works with;
//! 3. being looked at: not dumpable, so that no other process of the same user reads its memory, and killed with the worker that started it;
//! 4. new privileges, for ever;
//! 5. Landlock: no file, no TCP, no foreign sockets and no signals to others, as far as this kernel knows them;
//! 6. seccomp: of some 450 system calls, those that remain are in one list.
//!
//! Either of the last two would keep it from files and the network. Landlock is left out where a kernel lacks it, seccomp never is.

#[cfg(target_os = "linux")]
mod landlock;
#[cfg(target_os = "linux")]
mod limits;
#[cfg(target_os = "linux")]
mod seccomp;

#[cfg(target_os = "linux")]
pub(crate) use limits::inherited;

/// Gives everything up. Answers what the kernel made of it, in a few words.
#[cfg(target_os = "linux")]
pub(crate) fn harden() -> Result<String, String> {
    limits::limit().map_err(|error| format!("the process cannot be limited: {error}"))?;
    let landlock = landlock::restrict().map_err(|error| format!("Landlock refuses: {error}"))?;
    seccomp::filter().map_err(|error| format!("seccomp refuses: {error}"))?;
    Ok(format!("seccomp, {landlock}"))
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn inherited() -> std::io::Result<()> {
    Ok(())
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn harden() -> Result<String, String> {
    Err("only Linux has what confines a process (seccomp, Landlock)".to_owned())
}
