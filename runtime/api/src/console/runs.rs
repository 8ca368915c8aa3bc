//! What ran, and what became of it.

pub(super) mod advice;
pub(super) mod again;
pub(super) mod cancel;
pub(super) mod dry_run;
mod find;
pub(super) mod list;
pub(super) mod show;
pub(super) mod waiting;
