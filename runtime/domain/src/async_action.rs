//! Actions that run while nobody waits for them.

/// Where an asynchronous action stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AsyncActionState {
    /// It has not ended: it waits for its turn, runs, or is to be tried again.
    Waiting,
    /// Its last run succeeded.
    Succeeded,
    /// Its last run failed.
    Failed,
    /// Its connection or its function was removed first.
    Cancelled,
    /// Its turn did not come in time.
    Expired,
    /// The workers that ran it disappeared, again and again.
    Lost,
}

impl AsyncActionState {
    const ALL: [Self; 6] = [Self::Waiting, Self::Succeeded, Self::Failed, Self::Cancelled, Self::Expired, Self::Lost];

    /// As in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Lost => "lost",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}
