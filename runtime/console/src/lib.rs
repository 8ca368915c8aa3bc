//! What people see: the Connect UI, the console's pages, the page at the end of an authorization. Templates, styles, scripts and words, embedded.
//!
//! ```text
//! plain view structs ──askama──▶ HTML        embedded files ──▶ Asset { bytes, content type, entity tag }
//! ```
//!
//! *Invariant:* knows no store, no HTTP server and no other room. Every value is escaped by the template that shows it; nothing is loaded from
//! another origin.

mod assets;
mod language;
pub mod pages;
pub mod result_page;

pub use assets::{Asset, asset, version};
pub use language::Language;
