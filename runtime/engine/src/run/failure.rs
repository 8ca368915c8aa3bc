//! How a run can fail.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use syncline_host_api::host::Failure;

use super::stack;

/// Why a run has no result. `Display` is for the author: which function, which limit, what to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum RunFailure {
    /// The function itself answered a failure.
    Guest(Failure),
    /// It took too long, waiting included.
    Timeout {
        /// The function.
        function: String,
        /// What it was given.
        limit: Duration,
    },
    /// It computed too long.
    CpuTimeExceeded {
        /// The function.
        function: String,
        /// What it was given.
        limit: Duration,
        /// Where it was, innermost first, if its own runtime stopped it a moment before the engine would have.
        frames: Vec<String>,
    },
    /// It wanted more linear memory.
    OutOfMemory {
        /// The function.
        function: String,
        /// What it was given, over all its memories.
        limit_bytes: usize,
        /// Where it was, innermost first, if its own runtime could still say so.
        frames: Vec<String>,
    },
    /// It wanted more table elements. Honest code does not grow tables at run time.
    TableTooLarge {
        /// The function.
        function: String,
        /// What it was given.
        limit_elements: usize,
    },
    /// It recursed too deeply.
    StackOverflow {
        /// The function.
        function: String,
        /// The guest's own frames, innermost first.
        frames: Vec<String>,
    },
    /// It trapped: a panic, or a bug that WebAssembly caught.
    Trap {
        /// The function.
        function: String,
        /// The panic's own words where there are any.
        message: String,
        /// The guest's own frames, innermost first, at most 20.
        frames: Vec<String>,
    },
    /// A bug of ours: the host function panicked.
    HostPanic {
        /// The function.
        function: String,
    },
    /// A bug of ours: the instance could not be made or driven.
    Internal {
        /// The function.
        function: String,
        /// The runtime's reason; for the operator.
        message: String,
    },
    /// It called the host too often.
    HostCallBudget {
        /// The function.
        function: String,
        /// What it was given.
        limit: u64,
    },
    /// Its result is too large.
    ResultTooLarge {
        /// The function.
        function: String,
        /// Of the JSON text.
        size_bytes: usize,
        /// What it was given.
        limit_bytes: usize,
    },
    /// The caller cancelled it.
    Cancelled {
        /// The function.
        function: String,
    },
    /// The process that ran it ended before it did. Not of its own doing, as far as anybody knows.
    ProcessLost {
        /// The function.
        function: String,
    },
}

impl RunFailure {
    /// Stable and machine-readable; for a function's own failure, its own code.
    pub fn code(&self) -> &str {
        match self {
            Self::Guest(failure) => &failure.code,
            Self::Timeout { .. } => "function_timeout",
            Self::CpuTimeExceeded { .. } => "function_cpu_time_exceeded",
            Self::OutOfMemory { .. } | Self::TableTooLarge { .. } => "function_out_of_memory",
            Self::StackOverflow { .. } => "function_stack_overflow",
            Self::Trap { .. } => "function_trapped",
            Self::HostPanic { .. } | Self::Internal { .. } => "function_internal_error",
            Self::HostCallBudget { .. } => "function_host_calls_exceeded",
            Self::ResultTooLarge { .. } => "function_output_too_large",
            Self::Cancelled { .. } => "function_cancelled",
            Self::ProcessLost { .. } => "function_process_lost",
        }
    }

    /// The guest's own frames, innermost first; empty where there are none.
    pub fn frames(&self) -> Vec<String> {
        match self {
            Self::StackOverflow { frames, .. }
            | Self::Trap { frames, .. }
            | Self::CpuTimeExceeded { frames, .. }
            | Self::OutOfMemory { frames, .. } => frames.clone(),
            Self::Guest(failure) => stack::of(failure),
            _ => Vec::new(),
        }
    }
}

impl fmt::Display for RunFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Guest(failure) => f.write_str(&failure.message),
            Self::Timeout { function, limit } => {
                write!(f, "function {function:?} did not end within {limit:?}: save a checkpoint as it goes, or fetch less at a time")
            }
            Self::CpuTimeExceeded { function, limit, frames } => {
                write!(
                    f,
                    "function {function:?} used up its {limit:?} of CPU time: look for an endless loop, or do less in one run and go on from \
                     a checkpoint"
                )?;
                write_frames(f, frames)
            }
            Self::OutOfMemory { function, limit_bytes, frames } => {
                write!(
                    f,
                    "function {function:?} needs more than its {} MiB of memory: save records page by page instead of collecting them",
                    limit_bytes >> 20
                )?;
                write_frames(f, frames)
            }
            Self::TableTooLarge { function, limit_elements } => {
                write!(f, "function {function:?} needs tables of more than {limit_elements} elements")
            }
            Self::StackOverflow { function, frames } => {
                write!(f, "function {function:?} recursed too deeply")?;
                write_frames(f, frames)
            }
            Self::Trap { function, message, frames } => {
                write!(f, "function {function:?} {message}")?;
                write_frames(f, frames)
            }
            Self::HostPanic { function } => {
                write!(f, "a host function failed while function {function:?} ran: this is a bug of the server, see its log")
            }
            Self::Internal { function, message } => write!(f, "function {function:?} could not be run: {message}"),
            Self::HostCallBudget { function, limit } => {
                write!(f, "function {function:?} called the host more than {limit} times: save records in batches, ask for larger pages")
            }
            Self::ResultTooLarge { function, size_bytes, limit_bytes } => write!(
                f,
                "the result of function {function:?} has {size_bytes} bytes, {limit_bytes} are allowed: return less, or save it as records"
            ),
            Self::Cancelled { function } => write!(f, "function {function:?} was cancelled"),
            Self::ProcessLost { function } => {
                write!(f, "the process that ran function {function:?} ended before it; call it again, what it did until then is done")
            }
        }
    }
}

impl std::error::Error for RunFailure {}

fn write_frames(f: &mut fmt::Formatter<'_>, frames: &[String]) -> fmt::Result {
    frames.iter().try_for_each(|frame| write!(f, "\n    at {frame}"))
}
