//! Runs functions where nothing is kept: against recordings without a network, or against a real connection with its writes held back.
//!
//! ```text
//! component ──▶ engine (fresh instance) ──host calls──▶ Rehearsal: records, checkpoint, metadata, locks in memory
//!                                                          │ what it does not own
//!                                                          ▼
//!                                       World: a Replay of a recording ── or ── a running server, brought by the command line
//!                                                          │
//!                          Outcome: output, records, log, requests ──▶ Verdict: held against what was recorded
//! ```
//!
//! Pagination, validation and failures are the very code of a live run. *Invariant:* knows no database and opens no socket: what goes over the
//! network goes through a port that the command line brings.

pub mod case;
pub mod compare;
mod journal;
mod outcome;
mod project;
pub mod provider;
mod recording;
mod rehearsal;
mod replay;
mod tape;
mod verdict;
mod world;

pub use journal::{Effect, Entries, Journal, Listener, LogLine, Sent};
pub use outcome::{Given, Outcome, Records};
pub use project::{Function, Member, Project};
pub use recording::{Answer, Identity, Recording};
pub use rehearsal::Setting;
pub use tape::{Tape, Title};
pub use verdict::{Verdict, judge};
pub use world::{ForeignAction, World};
