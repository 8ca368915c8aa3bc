//! What goes over the socket.
//!
//! A frame is a length (four bytes, little end first), a message in postcard, and for some messages a rest that is taken as it is. Any number of
//! runs share one socket; each message names its run.

mod ask;
mod frame;

pub(crate) use ask::Ask;
pub(crate) use frame::{Frames, decode, encode, encode_raw, encode_with, write_frames};

use serde::{Deserialize, Serialize};
use syncline_engine::{Limits, RunFailure, Usage};
use syncline_host_api::host::{Level, RunInfo};

/// Counts the runs of one process.
pub(crate) type RunNumber = u64;
/// Counts host calls.
pub(crate) type CallNumber = u32;
/// Counts a run's walks over lists.
pub(crate) type WalkNumber = u32;
/// A component's name.
pub(crate) type DigestBytes = [u8; 32];

/// A child may send no longer frame: what one host call may carry over the component boundary, and room for what names it.
pub(crate) const MAX_FROM_CHILD_BYTES: usize = (64 << 20) + (64 << 10);
/// The machine code of the largest component takes less, and so does the largest answer.
pub(crate) const MAX_TO_CHILD_BYTES: usize = 512 << 20;

/// The first message: what the child needs to know before it gives its rights up.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Begin {
    pub(crate) instances: u32,
}

/// From the worker.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToChild {
    /// The rest is machine code.
    Load(DigestBytes),
    /// Runs of it go on.
    Unload(DigestBytes),
    Start(Box<Start>),
    Describe(RunNumber, DigestBytes),
    /// The rest is the answer: a `Result` with a `Failure`.
    Answer(RunNumber, CallNumber),
    /// The run ends where it stands, and says so.
    Cancel(RunNumber),
    /// Whoever is well answers at once.
    Ping,
}

/// One run.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Start {
    pub(crate) run: RunNumber,
    pub(crate) component: DigestBytes,
    pub(crate) function: String,
    pub(crate) limits: Limits,
    /// What the host knows beforehand is not asked for.
    pub(crate) info: RunInfo,
    pub(crate) input: String,
    pub(crate) details: String,
}

/// From the child.
#[expect(clippy::large_enum_variant, reason = "nearly every message is of the large kind, and none is kept")]
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum FromChild {
    /// It has given its rights up; what the system made of that.
    Ready(String),
    Run(RunNumber, FromRun),
    /// In answer to [`ToChild::Ping`].
    Pong,
}

/// From one run.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum FromRun {
    Ask(CallNumber, Ask),
    Log(Level, String, Option<String>),
    /// The guest needs this walk no more.
    DropWalk(WalkNumber),
    Ended(Result<String, RunFailure>, Usage),
    /// In answer to [`ToChild::Describe`].
    Described(Result<String, RunFailure>),
    /// In answer to either: the component does not load.
    Unfit(String),
}
