//! What whoever looks at a page may do: a page does not show what they may not press.

/// In order: each may do what the ones before may, and more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Role {
    /// Looks, and helps to mend.
    Support,
    /// Builds.
    Developer,
    /// Says who may do what.
    Owner,
}

impl Role {
    /// From the least to the most.
    pub const ALL: [Self; 3] = [Self::Support, Self::Developer, Self::Owner];

    /// For people, in the middle of a sentence.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Support => "support",
            Self::Developer => "developer",
            Self::Owner => "owner",
        }
    }

    /// Whether what developers do may be done.
    pub fn may_develop(self) -> bool {
        self >= Self::Developer
    }

    /// Whether what owners do may be done.
    pub fn may_own(self) -> bool {
        self >= Self::Owner
    }
}
