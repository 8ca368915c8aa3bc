//! *Your connections*.

pub(super) mod connect;
pub(super) mod disconnect;
pub(super) mod find;
mod item;
pub(super) mod list;
pub(super) mod test;
mod verdict;
