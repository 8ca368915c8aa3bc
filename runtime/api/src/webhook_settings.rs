//! Where an environment's webhooks go, and the key that they are signed with.

pub(crate) mod address;
pub(crate) mod rotate;
pub(crate) mod show;
pub(crate) mod update;
mod wire;
