//! The wall between a run and everything it must not have: a process of its own.
//!
//! ```text
//! worker ──call──▶ Executor ─┬─ InProcess ──▶ engine
//!                            └─ Process ──▶ Wall ──socket──▶ child of this tenant ──▶ engine::Sandbox (fresh instance)
//!                                            ▲                   │ host calls
//!                              host port ◀───┴───────────────────┘
//! ```
//!
//! 1. [`Executor`] is what the worker calls; whether there is a process in between is the operator's choice.
//! 2. [`Wall`] starts one process for each [`Tenant`], when the first run needs it, and ends it when none has for a while.
//! 3. The child, [`execute_components_main`], gives up files, network, other programs and its own environment for good before it sees the first
//!    byte of a component. It is sent machine code that was authenticated here, and opens nothing.
//! 4. Everything else that a run wants is a host call: a frame over the one socket that the child has, answered by the run's own host port.
//! 5. Whatever comes over that socket is taken for hostile: frames, sizes, counts and texts are checked, and the first that is wrong ends the
//!    process. Its runs are lost, nobody else's are, and the next call starts another.
//!
//! Invariant: knows nothing of jobs, connections, records or SQL, and names no HTTP client. The child holds no key, no database and no network.

mod child;
mod executor;
mod harden;
mod options;
mod parent;
mod tenant;
mod wire;

pub use child::execute_components_main;
pub use executor::{Executor, ManifestError, PrepareError, Prepared};
pub use options::Options;
pub use parent::{StartError, Wall};
pub use tenant::Tenant;
