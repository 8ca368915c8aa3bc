//! What ran, and what became of it.

pub(super) mod advice;
pub(super) mod again;
pub(super) mod cancel;
mod find;
pub(super) mod list;
pub(super) mod show;
