//! The contract of a function with its host.
//!
//! `wit/syncline.wit` is the contract itself; this crate is its Rust side, for whoever runs functions:
//!
//! 1. [`bindings`] is generated from the WIT: the types, the traits that a linker wants, the component's two exports.
//! 2. [`host`] is the port: what a run may ask of the world, as one object-safe trait over those types.
//! 3. The engine instantiates a component and turns its imports into calls of that port.
//! 4. The worker implements the port (proxy, records, checkpoints, locks) and hands it to each run.
//! 5. [`manifest`] is what a component says about itself when it is deployed; [`version`] decides whether it may be.
//!
//! Invariant: names no HTTP client and no database. What a host function does is the business of whoever implements [`host::Host`].
#![warn(missing_docs)]

pub mod bindings;
pub mod host;
pub mod manifest;
pub mod version;

pub use host::{Host, Pages};
pub use manifest::{Manifest, ManifestError};
