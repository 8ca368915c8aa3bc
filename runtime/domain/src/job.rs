//! Work in the queue.

use std::time::Duration;

/// What a job does. Each kind has one typed payload and one file in the worker.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum JobKind {
    /// Runs a sync on a connection.
    RunSync,
    /// Runs an event function.
    RunEvent,
    /// Removes what a deleted connection left.
    PurgeConnection,
    /// Removes the records of collections that were dropped.
    PurgeRecords,
    /// Removes what a deleted environment left.
    PurgeEnvironment,
    /// Runs an action that nobody waits for.
    RunAction,
    /// Tells a customer's servers that such an action has ended.
    NotifyAsyncAction,
    /// Tells a customer's servers what became of a connection.
    NotifyAuth,
    /// Tells a customer's servers that a sync was given up.
    NotifySync,
    /// Sends one webhook to one address.
    DeliverWebhook,
    /// Lets go of what waits for an address that failed.
    ReleaseWebhooks,
    /// Finds whom a provider's webhook is for.
    RouteWebhook,
    /// Runs a sync's `onWebhook` on a connection.
    RunWebhook,
    /// Encrypts everything anew with the latest data key.
    Reencrypt,
}

/// Where a job stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum JobState {
    /// Waits for its time or for a worker.
    Available,
    /// A worker holds its lease.
    Running,
    /// Done.
    Completed,
    /// Failed for good: attempts are used up, or another try would not help.
    Discarded,
    /// Taken back before its end.
    Cancelled,
}

impl JobKind {
    /// Every kind.
    pub const ALL: [Self; 14] = [
        Self::RunSync,
        Self::RunEvent,
        Self::PurgeConnection,
        Self::PurgeRecords,
        Self::PurgeEnvironment,
        Self::RunAction,
        Self::NotifyAsyncAction,
        Self::NotifyAuth,
        Self::NotifySync,
        Self::DeliverWebhook,
        Self::ReleaseWebhooks,
        Self::RouteWebhook,
        Self::RunWebhook,
        Self::Reencrypt,
    ];

    /// As in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RunSync => "run_sync",
            Self::RunEvent => "run_event",
            Self::PurgeConnection => "purge_connection",
            Self::PurgeRecords => "purge_records",
            Self::PurgeEnvironment => "purge_environment",
            Self::RunAction => "run_action",
            Self::NotifyAsyncAction => "notify_async_action",
            Self::NotifyAuth => "notify_auth",
            Self::NotifySync => "notify_sync",
            Self::DeliverWebhook => "deliver_webhook",
            Self::ReleaseWebhooks => "release_webhooks",
            Self::RouteWebhook => "route_webhook",
            Self::RunWebhook => "run_webhook",
            Self::Reencrypt => "reencrypt",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Whether a function runs: what limits of concurrent runs count.
    pub const fn is_run(self) -> bool {
        matches!(self, Self::RunSync | Self::RunEvent | Self::RunAction | Self::RunWebhook)
    }

    /// How much earlier than it is due it counts as due, among what its environment has waiting. A head start and no class of its own: the
    /// rest comes after it and still comes, however much of it there is.
    pub const fn head_start(self) -> Duration {
        match self {
            // Somebody waits to hear of it.
            Self::RunAction
            | Self::RunEvent
            | Self::RouteWebhook
            | Self::RunWebhook
            | Self::NotifyAsyncAction
            | Self::NotifyAuth
            | Self::NotifySync
            | Self::DeliverWebhook
            | Self::ReleaseWebhooks => Duration::from_mins(1),
            // Once in an hour, or in a day.
            Self::RunSync => Duration::from_secs(30),
            // Nobody notices when.
            Self::PurgeConnection | Self::PurgeRecords | Self::PurgeEnvironment | Self::Reencrypt => Duration::ZERO,
        }
    }
}

impl JobState {
    /// As in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Discarded => "discarded",
            Self::Cancelled => "cancelled",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Available, Self::Running, Self::Completed, Self::Discarded, Self::Cancelled].into_iter().find(|state| state.as_str() == text)
    }
}
