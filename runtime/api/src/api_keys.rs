//! `/environment/api-keys`: the keys of an environment. With an account's key.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod list;
mod wire;
