//! One run: a fresh instance, one call, and nothing left behind.

mod call;
mod cpu;
mod failure;
mod limiter;
mod log;
mod stack;
mod stack_meter;
mod state;
mod stdio;
mod stop;
mod trap;

pub use call::{Call, Completion, Limits, Usage};
pub use failure::RunFailure;

pub(crate) use call::{describe, run};
pub use state::{MAX_IN_FLIGHT, MAX_RESOURCES};

pub(crate) use state::State;
pub(crate) use stop::Stop;
