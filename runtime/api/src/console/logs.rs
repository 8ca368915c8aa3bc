//! What the server did: operations, found as somebody types, and one with its messages.

mod asked;
pub(super) mod list;
pub(super) mod show;
mod words;
