//! Jobs that were given up: what they were, why, and trying them again.

pub(crate) mod discard;
mod find;
pub(crate) mod list;
pub(crate) mod replay;
pub(crate) mod show;
mod wire;
