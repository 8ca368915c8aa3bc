//! A new process: started, told what it needs to know, and asked whether it has given its rights up.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as StdStream;
use std::process::Stdio;

use tokio::io::AsyncReadExt as _;
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::process::{ChildStderr, Command};

use crate::Options;
use crate::wire::{Begin, Frames, FromChild, MAX_FROM_CHILD_BYTES, decode, encode};

/// The process could not be started, or could not be confined.
#[derive(Debug, thiserror::Error)]
#[error("a process for functions cannot be started: {message}")]
pub struct StartError {
    message: String,
}

impl StartError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

/// More is not read of what a process says on its way down.
const MAX_LAST_WORDS_BYTES: u64 = 4_000;

/// A process that is ready for components.
pub(super) struct Started {
    pub(super) process: tokio::process::Child,
    pub(super) frames: Frames<OwnedReadHalf>,
    pub(super) to: OwnedWriteHalf,
    pub(super) stderr: ChildStderr,
    /// What it gave up, in its own words.
    pub(super) report: String,
}

pub(super) async fn start(options: &Options) -> Result<Started, StartError> {
    if !cfg!(target_os = "linux") {
        return Err(StartError::new("only Linux has what confines it (seccomp, Landlock); use `--isolation in-process` here"));
    }
    let failed = |what: &str, error: std::io::Error| StartError::new(format!("{what}: {error}"));
    let (ours, theirs) = StdStream::pair().map_err(|error| failed("no socket", error))?;
    ours.set_nonblocking(true).map_err(|error| failed("no socket", error))?;
    let mut process = Command::new(&options.program)
        .args(&options.args)
        // The server's environment may hold its keys.
        .env_clear()
        // Its socket takes the place of stdin: no descriptor needs to be passed in a way of our own. All others close as the program begins.
        .stdin(Stdio::from(OwnedFd::from(theirs)))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        // Ctrl-C in a terminal is for the server, which brings runs to a checkpoint first.
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(&options.program.display().to_string(), error))?;
    let stderr = process.stderr.take().expect("stderr is piped");
    let (from, mut to) = UnixStream::from_std(ours).map_err(|error| failed("no socket", error))?.into_split();
    let mut frames = Frames::new(from, MAX_FROM_CHILD_BYTES);
    let greeting = async {
        tokio::io::AsyncWriteExt::write_all(&mut to, &encode(&Begin { instances: options.instances })).await?;
        let frame = frames.next().await?.ok_or(std::io::ErrorKind::UnexpectedEof)?;
        match decode(&frame)?.0 {
            FromChild::Ready(report) => Ok(report),
            FromChild::Run(..) | FromChild::Pong => Err(std::io::Error::other("it spoke of runs before it was ready")),
        }
    };
    match tokio::time::timeout(options.patience, greeting).await {
        Ok(Ok(report)) => Ok(Started { process, frames, to, stderr, report }),
        Ok(Err(error)) => Err(StartError::new(format!("it ended at once ({error}): {}", last_words(stderr).await))),
        Err(_) => Err(StartError::new(format!("it was not ready after {:?}", options.patience))),
    }
}

/// What it wrote to stderr, cut and made harmless.
pub(super) async fn last_words(stderr: ChildStderr) -> String {
    let mut bytes = Vec::new();
    // A process that is gone has closed it; one that hangs does not keep us.
    let mut limited = stderr.take(MAX_LAST_WORDS_BYTES);
    let reading = limited.read_to_end(&mut bytes);
    let _ = tokio::time::timeout(std::time::Duration::from_millis(500), reading).await;
    String::from_utf8_lossy(&bytes).trim().escape_debug().to_string()
}
