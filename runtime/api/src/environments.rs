//! `/environments`: dev, prod and others, each with keys, integrations and data of its own. With an account's key.

pub(crate) mod create;
pub(crate) mod delete;
mod find;
pub(crate) mod list;

pub(crate) use find::environment;
