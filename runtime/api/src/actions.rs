//! Actions. Wire contract 1.18.

mod accept;
mod failure;
pub(crate) mod result;
pub(crate) mod run;
pub(crate) mod trigger;
