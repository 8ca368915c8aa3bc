//! The addresses that webhooks go to: which are tried, and which are left alone.

pub(crate) mod enable;
pub(crate) mod list;
mod wire;
