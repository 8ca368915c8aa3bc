//! Runs functions where nothing is kept: against recordings without a network, or on a real connection with its writes held back, from the command
//! line and in a server.
//!
//! ```text
//! component ──▶ engine (fresh instance) ──host calls──▶ Rehearsal: records, checkpoint, metadata, locks in memory
//!                                                          │ what it does not own
//!                                                          ▼
//!                                       World: a Replay of a recording ── or ── a running server, brought by the command line
//!                                                          │                ── or ── Live: a server's own store and proxy, read by the worker
//!                          Outcome: output, records, log, requests ──▶ Verdict: held against what was recorded
//! ```
//!
//! Pagination, validation and failures are the very code of a live run. [`Functions`] is the port by which the API runs functions: what is to be kept
//! goes on to the worker. *Invariant:* knows no database and opens no socket: what is read and what goes over the network goes through the worker, or
//! through a port that the command line brings.

pub mod case;
pub mod compare;
mod ending;
mod journal;
mod live;
mod outcome;
mod port;
mod project;
pub mod provider;
mod recording;
mod rehearsal;
mod replay;
mod stage;
mod tape;
mod told;
mod verdict;
mod world;

pub use journal::{Effect, Entries, Journal, Listener, LogLine, Sent};
pub use outcome::{Given, Outcome, Records};
pub use port::Functions;
pub use project::{Function, Member, Project};
pub use recording::{Answer, Identity, Recording};
pub use rehearsal::Setting;
pub use tape::{Tape, Title};
pub use verdict::{Verdict, judge};
pub use world::{ForeignAction, World};
