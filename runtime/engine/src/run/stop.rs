//! Why the engine itself ended a run: the error that it raises inside the guest.

/// Travels through wasmtime as the source of a trap, so that the end of the run can tell it from the guest's own traps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Stop {
    #[error("the CPU time is used up")]
    CpuTime,
    #[error("the memory is used up")]
    Memory,
    #[error("the tables are full")]
    Tables,
    #[error("the host calls are used up")]
    HostCalls,
    #[error("a host function panicked")]
    HostPanic,
}
