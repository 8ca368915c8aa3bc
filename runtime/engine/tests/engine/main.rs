//! The engine against components that misbehave: small ones written out as text, and the hostile guest.

mod cache;
mod component;
mod deploy;
mod guest;
mod host;
mod limits;
mod runs;
mod sleep;
