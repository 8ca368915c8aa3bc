//! Syncs on connections. Wire contract 1.17, corrected by 11.1.

pub(crate) mod frequency;
mod note;
pub(crate) mod pause;
mod reference;
pub(crate) mod schedule;
mod select;
pub(crate) mod start;
pub(crate) mod status;
pub(crate) mod trigger;
pub(crate) mod variant;
