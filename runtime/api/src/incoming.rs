//! Webhooks of providers: taken in, listed, and routed anew.

mod answer;
mod events;
pub(crate) mod list;
pub(crate) mod receive;
pub(crate) mod replay;
mod secrets;
pub(crate) mod show;
pub(crate) mod wire;
