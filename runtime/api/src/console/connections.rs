//! *Your connections*.

mod asked;
pub(super) mod connect;
pub(super) mod credentials;
pub(super) mod disconnect;
pub(super) mod find;
mod item;
pub(super) mod list;
pub(super) mod metadata;
pub(super) mod refresh;
pub(super) mod show;
pub(super) mod syncs;
pub(super) mod test;
pub(super) mod variants;
mod verdict;
