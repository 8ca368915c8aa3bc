//! What the system did, as people look for it: a proxied request, a run, an authorization, a webhook, a deployment. Names: wire contract 8.4.

use std::fmt;

/// What was done: a type and an action in it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum OperationKind {
    /// A sync's run.
    SyncRun,
    /// A sync's schedule was stopped.
    SyncPause,
    /// A sync's schedule was started.
    SyncUnpause,
    /// Somebody asked for a run.
    SyncRequestRun,
    /// Somebody asked for a run from the beginning.
    SyncRequestRunFull,
    /// A variant was made.
    SyncCreateVariant,
    /// A variant was deleted.
    SyncDeleteVariant,
    /// An action's run.
    ActionRun,
    /// An event function's run.
    EventsRun,
    /// A request through the proxy.
    ProxyCall,
    /// Somebody connected an account, or authorized it again.
    AuthCreateConnection,
    /// A credential was renewed.
    AuthRefreshToken,
    /// A connection was tested.
    AuthConnectionTest,
    /// A provider's webhook came.
    WebhookIncoming,
    /// A provider's webhook was passed on.
    WebhookForward,
    /// The product was told of a sync.
    WebhookSync,
    /// The product was told of a connection.
    WebhookAuth,
    /// The product was told of an asynchronous action.
    WebhookAsyncAction,
    /// An address of the product's was given up.
    WebhookDisableAddress,
    /// An author's functions were deployed, or put back.
    DeployCustom,
    /// Functions that come with the server were deployed.
    DeployPrebuilt,
}

/// Where an operation stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum OperationState {
    /// For its turn, or for a person.
    Waiting,
    /// Under way.
    Running,
    /// Ended well.
    Succeeded,
    /// Ended in an error.
    Failed,
    /// Stopped at a checkpoint; goes on in another run.
    Interrupted,
    /// Taken back.
    Cancelled,
    /// Its worker disappeared.
    Lost,
}

impl OperationKind {
    const ALL: [(Self, &'static str, &'static str); 21] = [
        (Self::SyncRun, "sync", "run"),
        (Self::SyncPause, "sync", "pause"),
        (Self::SyncUnpause, "sync", "unpause"),
        (Self::SyncRequestRun, "sync", "request_run"),
        (Self::SyncRequestRunFull, "sync", "request_run_full"),
        (Self::SyncCreateVariant, "sync", "create_variant"),
        (Self::SyncDeleteVariant, "sync", "delete_variant"),
        (Self::ActionRun, "action", "run"),
        (Self::EventsRun, "events", "run"),
        (Self::ProxyCall, "proxy", "call"),
        (Self::AuthCreateConnection, "auth", "create_connection"),
        (Self::AuthRefreshToken, "auth", "refresh_token"),
        (Self::AuthConnectionTest, "auth", "connection_test"),
        (Self::WebhookIncoming, "webhook", "incoming"),
        (Self::WebhookForward, "webhook", "forward"),
        (Self::WebhookSync, "webhook", "sync"),
        (Self::WebhookAuth, "webhook", "auth"),
        (Self::WebhookAsyncAction, "webhook", "async_action"),
        (Self::WebhookDisableAddress, "webhook", "disable_address"),
        (Self::DeployCustom, "deploy", "custom"),
        (Self::DeployPrebuilt, "deploy", "prebuilt"),
    ];

    /// Type and action, as in the database and the API.
    pub fn names(self) -> (&'static str, &'static str) {
        let (_, kind, action) = Self::ALL.into_iter().find(|(kind, ..)| *kind == self).expect("every kind is in the list");
        (kind, action)
    }

    /// The inverse of [`Self::names`].
    pub fn parse(kind: &str, action: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, of, name)| (*of, *name) == (kind, action)).map(|(kind, ..)| kind)
    }

    /// Every type there is, once.
    pub fn types() -> Vec<&'static str> {
        let mut types: Vec<_> = Self::ALL.iter().map(|(_, kind, _)| *kind).collect();
        types.dedup();
        types
    }

    /// Every action of any type, once.
    pub fn actions() -> Vec<&'static str> {
        let mut actions: Vec<_> = Self::ALL.iter().map(|(.., action)| *action).collect();
        actions.sort_unstable();
        actions.dedup();
        actions
    }
}

impl OperationState {
    /// Every state.
    pub const ALL: [Self; 7] =
        [Self::Waiting, Self::Running, Self::Succeeded, Self::Failed, Self::Interrupted, Self::Cancelled, Self::Lost];

    /// As in the database and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
            Self::Cancelled => "cancelled",
            Self::Lost => "lost",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

impl fmt::Display for OperationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, action) = self.names();
        write!(f, "{kind}.{action}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_names_of_its_own() {
        for (kind, ..) in OperationKind::ALL {
            let (of, action) = kind.names();
            assert_eq!(OperationKind::parse(of, action), Some(kind));
        }
        assert_eq!(OperationKind::parse("proxy", "run"), None);
        assert_eq!(OperationKind::types(), ["sync", "action", "events", "proxy", "auth", "webhook", "deploy"]);
        for state in OperationState::ALL {
            assert_eq!(OperationState::parse(state.as_str()), Some(state));
        }
    }
}
