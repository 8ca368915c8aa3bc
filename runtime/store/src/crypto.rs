//! Encryption at rest.
//!
//! ```text
//! master key ──wraps──▶ data key (table data_keys) ──derives──▶ cipher of the columns, fingerprint key, cursor key
//! ```

mod cipher;
mod keyring;

pub(crate) use cipher::{Cipher, Place};
pub(crate) use keyring::{Keyring, RELOAD_EVERY};
