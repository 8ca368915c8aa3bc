//! `/console/{environment}/webhooks/incoming`: what providers told.

pub(super) mod list;
pub(super) mod replay;
pub(super) mod show;
mod words;
