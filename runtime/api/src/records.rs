//! Records, as syncs left them. Wire contract 1.16 and 3.6.

pub(crate) mod list;
pub(crate) mod prune;
pub(crate) mod splice;
