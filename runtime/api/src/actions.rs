//! Actions. Wire contract 1.18.

mod failure;
pub(crate) mod run;
pub(crate) mod trigger;
