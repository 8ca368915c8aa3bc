//! Connections: one user's authorization of an integration. Wire contract 1.11.

mod credentials;
pub(crate) mod delete;
pub(crate) mod end_user;
pub(crate) mod find;
pub(crate) mod import;
pub(crate) mod legacy;
pub(crate) mod legacy_metadata;
pub(crate) mod list;
pub(crate) mod metadata;
pub(crate) mod show;
pub(crate) mod tags;
pub(crate) mod test;
pub(crate) mod update;
pub(crate) mod webhook_url;
pub(crate) mod wire;
