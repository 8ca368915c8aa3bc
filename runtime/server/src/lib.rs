//! The binary `syncline`: configuration, the command line, and the composition of all rooms into one server.
//!
//! ```text
//! flags, environment, file ──▶ Configuration ──▶ keys of the data directory ──▶ compose::start ──▶ Node (API, worker) ──▶ stop
//! deploy, run, records, ... ──▶ Client ──HTTP──▶ a running server
//! demo ──▶ stand-in GitHub + Node + Client ──▶ the tour
//! ```
//!
//! *Invariant:* nothing is decided here that another room could decide. `compose.rs` is the only file that names every crate, and the
//! only one of its kind: the demo and the tests start the server through it as well.

mod catalogue;
pub mod cli;
pub mod compose;
pub mod config;
pub mod demo;
mod log;
mod signal;
mod telemetry;
