//! What is deployed.

pub(super) mod list;
pub(super) mod rollback;
pub(super) mod show;
