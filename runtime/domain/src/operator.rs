//! What somebody may do with this installation.

use serde::{Deserialize, Serialize};

/// An operator's role. In order: each may do what the ones before may, and more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees what happens and helps to mend it; sees no secret and is asked for none.
    Support,
    /// Builds: integrations, functions, keys, webhooks.
    Developer,
    /// Says who else may do what, and what is kept.
    Owner,
}

impl Role {
    /// From the least to the most.
    pub const ALL: [Self; 3] = [Self::Support, Self::Developer, Self::Owner];

    /// As in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Support => "support",
            Self::Developer => "developer",
            Self::Owner => "owner",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_do_what_the_ones_before_may() {
        assert!(Role::Support < Role::Developer && Role::Developer < Role::Owner);
        assert!(Role::ALL.is_sorted());
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        assert_eq!([Role::parse("Owner"), Role::parse("")], [None, None]);
    }
}
