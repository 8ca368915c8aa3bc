//! Connect sessions: what a backend gives a browser so that its user can make one connection. Wire contract 1.12.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod reconnect;
mod settings;
pub(crate) mod show;
pub(crate) mod telemetry;
