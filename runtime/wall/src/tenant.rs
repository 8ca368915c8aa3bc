//! Whose runs may share a process.

use std::fmt;
use std::sync::Arc;

/// One environment, or one integration of it: what runs in a process can, at the worst, read what else runs in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tenant(Arc<str>);

impl Tenant {
    /// By any name that is unique to it. It shows in the log.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self(name.into())
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
