//! Runs functions where nothing is kept: against recordings without a network, or against a real connection with its writes held back.
//!
//! ```text
//! component ──▶ engine (fresh instance) ──host calls──▶ Rehearsal: records, checkpoint, metadata, locks in memory
//!                                                          │ requests
//!                                                          ▼
//!                                       Exchange: a recording ── or ── a server's proxy, recorded on the way
//!                                                          │
//!                          Outcome: output, records, log, requests ──▶ compared with what was recorded
//! ```
//!
//! Pagination, validation and failures are the very code of a live run. *Invariant:* knows no database and opens no socket: what goes over the
//! network goes through a port that the command line brings.
