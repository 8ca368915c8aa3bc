//! Functions attached to an integration. Wire contract 1.10.

pub(crate) mod code;
pub(crate) mod delete;
mod find;
pub(crate) mod list;
pub(crate) mod show;
mod wire;

pub(crate) use wire::{FunctionTemplate, Kind, data, described, source};
