//! What syncs keep: from a connection to its collections, their records, one record, and files of all.

mod collection;
pub(super) mod collections;
pub(super) mod connections;
mod csv;
pub(super) mod export;
pub(super) mod list;
pub(super) mod show;
pub(super) mod words;
