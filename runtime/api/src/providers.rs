//! The catalogue. Wire contract 1.8.

pub(crate) mod dump;
pub(crate) mod list;
pub(crate) mod listing;
pub(crate) mod logo;
pub(crate) mod show;
pub(crate) mod templates;
mod wire;
