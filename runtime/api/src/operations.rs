//! What the system did, for people who look for it.

mod find;
pub(crate) mod list;
pub(crate) mod messages;
pub(crate) mod show;
mod wire;
