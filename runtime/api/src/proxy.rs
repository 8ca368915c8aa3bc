//! `ANY /proxy/*`: a request to the provider in a connection's name. Wire contract 1.15.

mod failure;
pub(crate) mod forward;
mod inbound;
mod note;
