//! What providers tell.

use serde::{Deserialize, Serialize};

/// Where a provider's webhook stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncomingWebhookState {
    /// It is kept, and about to be routed.
    Received,
    /// What follows from it is in the queue.
    Routed,
    /// It fits no connection, and waits for one.
    Parked,
    /// It tells of nothing, and holds what somebody must read.
    Handshake,
}

impl IncomingWebhookState {
    /// As in the database and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Routed => "routed",
            Self::Parked => "parked",
            Self::Handshake => "handshake",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Received, Self::Routed, Self::Parked, Self::Handshake].into_iter().find(|state| state.as_str() == text)
    }
}
