//! A connection's actions as tools of the Model Context Protocol. Wire contract 1.23, 11.2 M1.
//!
//! ```text
//! request ──▶ API key, connection ──▶ arguments set aside ──▶ rmcp: the protocol ──▶ tools ──▶ `actions::run`, as `/action/trigger`
//!         ◀── one server-sent event
//! ```
//!
//! Nothing is kept between requests: any node answers any of them.

mod answer;
mod arguments;
mod schema;
pub(crate) mod serve;
mod server;
mod tool;
