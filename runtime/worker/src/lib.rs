//! From the queue to a run and what follows: claiming, scheduling, rescuing, and what a function's host calls do.
//!
//! ```text
//! scheduler ──due syncs──▶ jobs ──claim──▶ job kind ──▶ runner ──▶ executor (fresh instance)
//! rescuer  ──expired leases──▶ jobs            ▲            │ host calls
//! refresher ──credentials about to end──▶ connect
//! api ──FunctionRunner (dryrun)──run_action────┘            ▼
//!                                              host: proxy, records, checkpoint, locks, log ──▶ store, outbound
//! ```
//!
//! Every write of a run that came from the queue carries its lease's fencing number, so that a worker that lost its lease without
//! noticing writes nothing. No transaction of the store is open while a function runs or a provider answers.
//!
//! *Invariant:* knows nothing of HTTP routes, of the command line and of wasm: the engine gives it a component and takes a host.

mod activity;
mod claim;
pub mod contract;
mod definition;
mod host;
mod inspect;
mod job;
mod lease;
mod options;
mod refresher;
mod rescuer;
mod retention;
mod run;
mod runner;
mod scheduler;
mod schema;
mod shutdown;
mod sync_told;
mod trace;
mod worker;

pub use options::{Budgets, Options, Tenants};
pub use runner::{Dependencies, Runner};
pub use shutdown::Shutdown;
pub use worker::{Loops, Worker};
