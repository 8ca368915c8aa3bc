//! Webhooks that were sent, or are to be: what became of them, and sending them again.

pub(crate) mod find;
pub(crate) mod list;
pub(crate) mod replay;
pub(crate) mod replay_since;
pub(crate) mod show;
mod wire;
