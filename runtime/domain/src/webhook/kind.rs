//! What a webhook is about.

/// Wire contract 6.1, the field `type`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum WebhookKind {
    /// What became of a connection.
    Auth,
    /// What a sync's run did.
    Sync,
    /// That an asynchronous action has ended.
    AsyncAction,
    /// A provider's own webhook, passed on.
    Forward,
}

impl WebhookKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Auth, Self::Sync, Self::AsyncAction, Self::Forward];

    /// As in the database and in the body's `type`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Sync => "sync",
            Self::AsyncAction => "async_action",
            Self::Forward => "forward",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}
