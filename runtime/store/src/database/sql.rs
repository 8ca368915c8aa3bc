//! A statement for both databases.

/// One text where the databases agree, two where they do not. The texts are constants, so that every statement is prepared once.
#[derive(Clone, Copy)]
pub(crate) struct Sql {
    pub(super) sqlite: &'static str,
    pub(super) postgres: &'static str,
}

impl Sql {
    /// Where they differ. Say why beside it.
    pub(crate) const fn differs(sqlite: &'static str, postgres: &'static str) -> Self {
        Self { sqlite, postgres }
    }
}

impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Self {
        Self { sqlite: text, postgres: text }
    }
}
