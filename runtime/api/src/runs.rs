//! Executions of functions, and what they said.

pub(crate) mod dry_run;
mod dry_run_wire;
mod find;
pub(crate) mod list;
pub(crate) mod logs;
pub(crate) mod show;
mod wire;
