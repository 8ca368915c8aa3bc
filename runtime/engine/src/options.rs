//! How an engine is set up.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Everything an engine is told at start.
pub struct Options {
    /// Where compiled components are kept; made if it is missing, readable by its owner only.
    pub cache_dir: PathBuf,
    /// Authenticates the files in it: they are machine code, and loading one is running it.
    pub cache_key: [u8; 32],
    /// Runs at one time; more wait. Costs address space, not memory.
    pub max_concurrent_instances: u32,
    /// Where compilation happens.
    pub compiler: Compiler,
    /// What a compilation may cost.
    pub compile_limits: CompileLimits,
    /// A larger component is refused unread. 64 MiB fits a whole CPython twice over.
    pub max_component_bytes: usize,
}

/// Where compilation happens.
#[derive(Debug, Clone)]
pub enum Compiler {
    /// In a child process that runs [`compile_child_main`](crate::compile_child_main), under limits of memory and time: hostile
    /// input may make a compiler slow or large, and wasmtime promises nothing against that.
    Child {
        /// The program.
        program: PathBuf,
        /// Its arguments.
        args: Vec<String>,
    },
    /// In this process, without limits, and with what was compiled before as a start: for an author's own components on her own machine. What
    /// a hostile component could do to the compiler would be done to the next ones too.
    Incremental,
    /// In this process, without limits. For tests and benchmarks of components that we wrote ourselves.
    InProcess,
}

/// What a compilation may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompileLimits {
    /// Address space of the child, in bytes.
    pub address_space_bytes: u64,
    /// CPU time of the child; whole seconds.
    pub cpu_time: Duration,
    /// From start to end; the child is killed then.
    pub wall_time: Duration,
    /// Functions in all modules of the component.
    pub max_functions: u32,
    /// Modules and nested components.
    pub max_modules: u32,
}

impl Default for CompileLimits {
    /// CPython, the largest guest that was measured, takes 13 s and 39 MB of machine code.
    fn default() -> Self {
        Self {
            address_space_bytes: 4 << 30,
            cpu_time: Duration::from_mins(1),
            wall_time: Duration::from_mins(2),
            max_functions: 50_000,
            max_modules: 100,
        }
    }
}
