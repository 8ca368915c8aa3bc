//! Looks after one process from its start to its end.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::process::Process;
use super::start::{Started, last_words};
use crate::wire::{Frames, FromChild, ToChild, decode, encode, write_frames};

/// How often to look whether it is idle, has grown or hangs. None of it is urgent.
const LOOK: Duration = Duration::from_secs(2);

/// Returns when the process is gone. Its runs hear of it before.
pub(super) async fn attend(process: Arc<Process>, started: Started, mut outgoing: UnboundedReceiver<Vec<u8>>) {
    let Started { process: mut child, mut frames, to, stderr, report: _ } = started;
    let ended = tokio::select! {
        // A writer that fails has lost the reader on the other side; the frames' end says so too.
        () = write(to, &mut outgoing, &process) => Ok(()),
        ended = listen(&process, &mut frames) => ended,
        () = watch(&process, child.id()) => Ok(()),
        () = process.condemned.cancelled() => Ok(()),
    };
    if let Err(error) = ended {
        process.condemn(error.to_string());
    }
    // From here on nobody waits for it; the writer has dropped the socket, so that it ends by itself if it is well.
    let wanted = process.retire.is_cancelled() && process.verdict().is_none();
    process.retire.cancel();
    let lost = process.over();
    if process.verdict().is_some() {
        let _ = child.start_kill();
    }
    let status = if let Ok(status) = timeout(process.options.patience, child.wait()).await {
        status
    } else {
        let _ = child.start_kill();
        child.wait().await
    };
    let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
    let tenant = &process.tenant;
    if wanted && lost == 0 {
        tracing::debug!(%tenant, status, "a process for functions was ended");
    } else {
        let (why, words) = (process.verdict().unwrap_or_default(), last_words(stderr).await);
        tracing::error!(%tenant, runs.lost = lost, status, why, words, "a process for functions is gone; its runs are lost, and the next one starts another");
    }
}

/// Until the process is retired and unused.
async fn write(to: OwnedWriteHalf, outgoing: &mut UnboundedReceiver<Vec<u8>>, process: &Process) {
    tokio::select! {
        written = write_frames(to, outgoing) => {
            if let Err(error) = written {
                tracing::debug!(%error, tenant = %process.tenant, "a process for functions does not listen any more");
                // Its end is for the listener to report.
                std::future::pending::<()>().await;
            }
        }
        () = unused(process) => {}
    }
}

async fn unused(process: &Process) {
    process.retire.cancelled().await;
    while !process.is_unused() {
        process.left.notified().await;
    }
}

async fn listen(process: &Process, frames: &mut Frames<OwnedReadHalf>) -> std::io::Result<()> {
    while let Some(frame) = frames.next().await? {
        process.health.heard();
        match decode(&frame)? {
            (FromChild::Run(number, said), []) => process.pass(number, said).await,
            (FromChild::Pong, []) if process.health.answered() => {}
            (FromChild::Pong, _) => return Err(std::io::Error::other("it answers what nobody asked")),
            (FromChild::Run(..), _) => return Err(std::io::Error::other("a frame goes on behind its end")),
            (FromChild::Ready(_), _) => return Err(std::io::Error::other("it was ready already")),
        }
    }
    Ok(())
}

/// Retires it when it is idle or too large; returns when it hangs.
async fn watch(process: &Process, pid: Option<u32>) {
    let mut look = interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        look.tick().await;
        if process.hangs() {
            return process.condemn("a run that was to end went on");
        }
        // By looks and not by the clock: a server that stood still itself has not waited.
        if process.health.ask() * LOOK > process.options.patience {
            return process.condemn("it does not answer");
        }
        process.send(encode(&ToChild::Ping));
        let resident = pid.and_then(resident_bytes).unwrap_or(0);
        if process.is_idle() || resident > process.options.max_resident_bytes {
            process.retire.cancel();
        }
    }
}

/// The second field of `statm`, in pages; everybody may read it.
fn resident_bytes(pid: u32) -> Option<u64> {
    const PAGE_BYTES: u64 = 4096;
    let pages = std::fs::read_to_string(format!("/proc/{pid}/statm")).ok()?.split_ascii_whitespace().nth(1)?.parse::<u64>().ok()?;
    Some(pages * PAGE_BYTES)
}
