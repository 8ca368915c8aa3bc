//! Where a webhook stands.

/// Where a webhook stands on its way to one address.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DeliveryState {
    /// It is being tried, or its next attempt has a time.
    Waiting,
    /// Its address fails; it goes on when the address answers again.
    Deferred,
    /// The receiver has it.
    Delivered,
    /// Every attempt failed, or another would fail in the same way. It can be replayed.
    Failed,
    /// Its address is disabled. It can be replayed once the address is enabled again.
    Undeliverable,
}

impl DeliveryState {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Waiting, Self::Deferred, Self::Delivered, Self::Failed, Self::Undeliverable];

    /// As in the database and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Deferred => "deferred",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Undeliverable => "undeliverable",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether it will be tried without anybody's doing.
    pub const fn is_pending(self) -> bool {
        matches!(self, Self::Waiting | Self::Deferred)
    }
}
