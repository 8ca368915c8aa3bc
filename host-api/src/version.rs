//! Which components this host serves.

use std::num::ParseIntError;
use std::str::FromStr;

/// The package whose interfaces a component imports.
pub const PACKAGE: &str = "syncline:host";

/// The version of [`PACKAGE`] that this host implements, as `wit/syncline.wit` states it.
pub const HOST_VERSION: Version = Version { major: 1, minor: 1, patch: 0 };

/// A version of [`PACKAGE`]: three numbers. Pre-releases are not served, so they are not parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// Changes when a component has to be built again.
    pub major: u64,
    /// Changes when the host offers more.
    pub minor: u64,
    /// Changes when only documentation does.
    pub patch: u64,
}

impl Version {
    /// Semantic versioning: the host serves every component of its own major version. A component of a later minor version may
    /// want a function that this host lacks; the linker then names it.
    pub fn serves(self, component: Self) -> bool {
        self.major == component.major
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// Not of the form `1.2.3`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a version is three numbers, such as 1.0.0")]
pub struct VersionError(#[source] Option<ParseIntError>);

impl FromStr for Version {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.splitn(3, '.').map(|part| part.parse::<u64>().map_err(|source| VersionError(Some(source))));
        let mut part = || parts.next().unwrap_or(Err(VersionError(None)));
        Ok(Self { major: part()?, minor: part()?, patch: part()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_serves_its_own_major_version_only() {
        let parsed = |text: &str| text.parse::<Version>().unwrap();
        assert!(HOST_VERSION.serves(parsed("1.0.0")));
        assert!(HOST_VERSION.serves(parsed("1.7.3")));
        assert!(!HOST_VERSION.serves(parsed("2.0.0")));
        assert!(!HOST_VERSION.serves(parsed("0.9.0")));
    }

    #[test]
    fn what_is_not_three_numbers_is_no_version() {
        for text in ["", "1", "1.0", "1.0.0.0", "1.0.0-rc1", "a.b.c", "-1.0.0"] {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_wit_states_the_version_that_the_host_claims() {
        let wit = include_str!("../wit/syncline.wit");
        assert!(wit.contains(&format!("package {PACKAGE}@{HOST_VERSION};")));
    }
}
