//! Connections: one user's authorization of an integration. Wire contract 1.11.

pub(crate) mod delete;
mod end_user;
pub(crate) mod find;
pub(crate) mod import;
pub(crate) mod list;
pub(crate) mod metadata;
pub(crate) mod show;
mod tags;
pub(crate) mod update;
mod webhook_url;
mod wire;
