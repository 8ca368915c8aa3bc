//! How a browser makes a connection: with credentials typed in, or by way of the provider's own page. Wire contract 1.13 and 1.14.

mod attempt;
pub(crate) mod begin;
pub(crate) mod callback;
pub(crate) mod client_metadata;
mod cookie;
mod outcome;
mod page;
pub(crate) mod supplied;
