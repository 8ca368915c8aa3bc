//! The catalogue. Wire contract 1.8.

pub(crate) mod list;
pub(crate) mod logo;
pub(crate) mod show;
mod wire;
