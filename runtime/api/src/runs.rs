//! Executions of functions, and what they said.

mod find;
pub(crate) mod list;
pub(crate) mod logs;
pub(crate) mod show;
mod wire;
