//! Integrations: our configuration for one provider. Wire contract 1.9.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod find;
pub(crate) mod functions;
pub(crate) mod legacy;
pub(crate) mod list;
pub(crate) mod quickstart;
pub(crate) mod settings;
pub(crate) mod show;
pub(crate) mod update;
mod wire;
