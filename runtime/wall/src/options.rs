//! How the processes behind the wall live.

use std::path::PathBuf;
use std::time::Duration;

/// Everything a wall is told at start.
#[derive(Clone, Debug)]
pub struct Options {
    /// The program that calls [`execute_components_main`](crate::execute_components_main).
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<String>,
    /// Runs at one time in each process; more wait. Costs address space, not memory.
    pub instances: u32,
    /// A process without runs ends after that long.
    pub idle: Duration,
    /// A process that began this many runs takes no more, and another takes its place: what one run may have left behind does not stay.
    pub max_runs: u64,
    /// The same for one that has grown to this many bytes of memory.
    pub max_resident_bytes: u64,
    /// How long a process may take to answer: to start, to end a run that was cancelled or whose time is over, to end itself. Then it is killed.
    pub patience: Duration,
}

impl Options {
    /// What suits a server: `instances` runs at one time.
    pub fn new(program: PathBuf, args: Vec<String>, instances: u32) -> Self {
        Self {
            program,
            args,
            instances,
            idle: Duration::from_secs(5 * 60),
            max_runs: 10_000,
            // Guests keep little between runs: this is code of some hundred components and then some, or a leak.
            max_resident_bytes: 1 << 30,
            // A machine under load is slow; a process that hangs is not urgent.
            patience: Duration::from_secs(20),
        }
    }
}
