//! What jobs carry, as JSON.

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Serialize};
use syncline_domain::{
    AsyncActionId, AuthError, ConnectionRowId, EnvironmentId, FunctionId, IncomingWebhookId, JobId, JobKind, SyncId, Timestamp, Trigger,
    WebhookDeliveryId, WebhookEndpointId,
};

use super::NewJob;

/// A sync is tried again soon by its schedule, so that few attempts of one job suffice.
pub(super) const SYNC_ATTEMPTS: u32 = 4;
const EVENT_ATTEMPTS: u32 = 4;
/// Composing a message fails only where the database does.
const NOTIFY_ATTEMPTS: u32 = 8;
/// How often a webhook is tried is the delivery's own to know, through jobs that come and go; what fails here is the database. Not without
/// end, because a job without end is not even given up when it takes worker after worker with it.
const DELIVERY_ATTEMPTS: u32 = 1_000_000;
/// Removing what was deleted is never given up.
const PURGE_ATTEMPTS: u32 = i32::MAX.unsigned_abs();

/// Of [`JobKind::RunSync`]; the sync itself is in the job.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RunSync {
    /// Who asked.
    pub trigger: Trigger,
    /// Whether the run begins by deleting the sync's records.
    #[serde(default)]
    pub empty_cache: bool,
}

/// Of [`JobKind::RunEvent`]; the connection is in the job.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RunEvent {
    /// The event function.
    pub function: FunctionId,
}

/// Of [`JobKind::RunAction`] and [`JobKind::NotifyAsyncAction`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AsyncAction {
    /// The action that was accepted.
    pub action: AsyncActionId,
    /// What it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<FunctionId>,
}

/// Of [`JobKind::NotifyAuth`]; the connection is in the job.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NotifyAuth {
    /// What was tried.
    pub operation: AuthOperation,
    /// Why it did not succeed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<NotifyError>,
}

/// Of [`JobKind::NotifySync`]; the connection is in the job. The sync is not, because one that is paused takes back what waits for it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NotifySync {
    /// The job that was given up: a dead letter.
    pub job: JobId,
    /// What it was to run.
    pub sync: SyncId,
    /// Who had asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<Trigger>,
    /// Whether it was given up for its workers, which disappeared with it.
    pub is_poisoned: bool,
    /// How many did.
    pub workers: u32,
    /// When the first of its runs began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it was given up.
    pub failed_at: Timestamp,
}

/// What happened to a connection, in the words of wire contract 6.1.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthOperation {
    /// It is new.
    Creation,
    /// It was connected again.
    Override,
    /// Its credentials were renewed, or should have been.
    Refresh,
}

/// A failure as a webhook tells it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NotifyError {
    /// Stable, for programs.
    #[serde(rename = "type")]
    pub code: String,
    /// For a person.
    pub description: String,
}

impl From<&AuthError> for NotifyError {
    fn from(error: &AuthError) -> Self {
        Self { code: error.code.clone(), description: error.message.clone() }
    }
}

/// Of [`JobKind::DeliverWebhook`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DeliverWebhook {
    /// What to send, and where.
    pub delivery: WebhookDeliveryId,
}

/// Of [`JobKind::ReleaseWebhooks`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ReleaseWebhooks {
    /// Which address.
    pub endpoint: WebhookEndpointId,
}

/// Which function a run is of, where its payload says so; a sync's is its sync's.
pub(crate) fn function_of(kind: JobKind, payload: &str) -> Option<FunctionId> {
    #[derive(Deserialize)]
    struct Of {
        function: Option<FunctionId>,
    }
    if kind.is_run() { serde_json::from_str::<Of>(payload).ok()?.function } else { None }
}

/// Of [`JobKind::RouteWebhook`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RouteWebhook {
    /// The webhook that was kept.
    pub webhook: IncomingWebhookId,
}

/// Of [`JobKind::RunWebhook`]; the connection is in the job. The sync is not, because a sync that is paused takes back what waits for it, and a
/// webhook that was acknowledged is not to be taken back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RunWebhook {
    /// What the provider told.
    pub webhook: IncomingWebhookId,
    /// Who subscribed to it.
    pub sync: SyncId,
    /// What that runs: its limits hold here too.
    pub function: FunctionId,
}

/// The key that keeps a sync from running twice at once.
pub(crate) fn sync_key(sync: SyncId) -> String {
    format!("sync:{sync}")
}

pub(crate) fn run_sync(environment: EnvironmentId, connection: ConnectionRowId, sync: SyncId, payload: RunSync, now: Timestamp) -> NewJob {
    NewJob {
        kind: JobKind::RunSync,
        payload: json(&payload),
        environment,
        connection: Some(connection),
        sync: Some(sync),
        unique_key: Some(sync_key(sync)),
        scheduled_at: now,
        max_attempts: SYNC_ATTEMPTS,
        now,
    }
}

pub(crate) fn run_event(environment: EnvironmentId, connection: ConnectionRowId, function: FunctionId, now: Timestamp) -> NewJob {
    NewJob {
        kind: JobKind::RunEvent,
        payload: json(&RunEvent { function }),
        environment,
        connection: Some(connection),
        sync: None,
        unique_key: Some(format!("event:{connection}:{function}")),
        scheduled_at: now,
        max_attempts: EVENT_ATTEMPTS,
        now,
    }
}

pub(crate) fn purge(environment: EnvironmentId, connection: ConnectionRowId, now: Timestamp) -> NewJob {
    NewJob {
        kind: JobKind::PurgeConnection,
        payload: "{}".to_owned(),
        environment,
        connection: Some(connection),
        sync: None,
        unique_key: Some(format!("purge:{connection}")),
        scheduled_at: now,
        max_attempts: PURGE_ATTEMPTS,
        now,
    }
}

pub(crate) fn run_action(
    environment: EnvironmentId,
    connection: ConnectionRowId,
    action: AsyncActionId,
    function: FunctionId,
    max_attempts: u32,
    now: Timestamp,
) -> NewJob {
    NewJob {
        kind: JobKind::RunAction,
        payload: json(&AsyncAction { action, function: Some(function) }),
        environment,
        connection: Some(connection),
        sync: None,
        unique_key: None,
        scheduled_at: now,
        max_attempts,
        now,
    }
}

pub(crate) fn notify_async_action(environment: EnvironmentId, action: AsyncActionId, now: Timestamp) -> NewJob {
    NewJob {
        kind: JobKind::NotifyAsyncAction,
        payload: json(&AsyncAction { action, function: None }),
        environment,
        // Somebody waits to hear of the end, also where the end is that the connection was deleted.
        connection: None,
        sync: None,
        unique_key: None,
        scheduled_at: now,
        max_attempts: NOTIFY_ATTEMPTS,
        now,
    }
}

/// One for each deletion: a job that runs may have looked already when the next collections are dropped.
pub(crate) fn purge_records(environment: EnvironmentId, function: FunctionId, now: Timestamp) -> NewJob {
    NewJob {
        kind: JobKind::PurgeRecords,
        payload: "{}".to_owned(),
        environment,
        connection: None,
        sync: None,
        unique_key: Some(format!("purge_records:{function}")),
        scheduled_at: now,
        max_attempts: PURGE_ATTEMPTS,
        now,
    }
}

/// As [`purge_records`], for what a policy lets go: one job for all that waits.
pub(crate) fn purge_old_records(environment: EnvironmentId, now: Timestamp) -> NewJob {
    let unique_key = Some("purge_records:policy".to_owned());
    NewJob { unique_key, ..purge_records(environment, FunctionId(0), now) }
}

pub(crate) fn purge_environment(environment: EnvironmentId, scheduled_at: Timestamp, now: Timestamp) -> NewJob {
    NewJob {
        kind: JobKind::PurgeEnvironment,
        payload: "{}".to_owned(),
        environment,
        connection: None,
        sync: None,
        unique_key: Some(format!("purge_environment:{environment}")),
        scheduled_at,
        max_attempts: PURGE_ATTEMPTS,
        now,
    }
}

pub(crate) fn notify_auth(environment: EnvironmentId, connection: ConnectionRowId, payload: &NotifyAuth, now: Timestamp) -> NewJob {
    NewJob {
        kind: JobKind::NotifyAuth,
        payload: json(payload),
        environment,
        connection: Some(connection),
        sync: None,
        // Each event is told by itself, also when the one before it was not told yet.
        unique_key: None,
        scheduled_at: now,
        max_attempts: NOTIFY_ATTEMPTS,
        now,
    }
}

pub(crate) fn notify_sync(environment: EnvironmentId, connection: ConnectionRowId, payload: &NotifySync, now: Timestamp) -> NewJob {
    NewJob {
        kind: JobKind::NotifySync,
        payload: json(payload),
        environment,
        connection: Some(connection),
        sync: None,
        unique_key: None,
        scheduled_at: now,
        max_attempts: NOTIFY_ATTEMPTS,
        now,
    }
}

pub(crate) fn deliver_webhook(environment: EnvironmentId, delivery: WebhookDeliveryId, now: Timestamp) -> NewJob {
    NewJob {
        kind: JobKind::DeliverWebhook,
        payload: json(&DeliverWebhook { delivery }),
        environment,
        // What happened to a connection is told even when the connection is deleted meanwhile.
        connection: None,
        sync: None,
        unique_key: Some(format!("webhook:{delivery}")),
        scheduled_at: now,
        max_attempts: DELIVERY_ATTEMPTS,
        now,
    }
}

/// One an address: it looks after all that waits for it.
pub(crate) fn release_webhooks(environment: EnvironmentId, endpoint: WebhookEndpointId, scheduled_at: Timestamp, now: Timestamp) -> NewJob {
    NewJob {
        kind: JobKind::ReleaseWebhooks,
        payload: json(&ReleaseWebhooks { endpoint }),
        environment,
        connection: None,
        sync: None,
        unique_key: Some(format!("webhook_endpoint:{endpoint}")),
        scheduled_at,
        max_attempts: PURGE_ATTEMPTS,
        now,
    }
}

pub(crate) fn route_webhook(environment: EnvironmentId, webhook: IncomingWebhookId, now: Timestamp) -> NewJob {
    NewJob {
        kind: JobKind::RouteWebhook,
        payload: json(&RouteWebhook { webhook }),
        environment,
        connection: None,
        sync: None,
        unique_key: Some(format!("route_webhook:{webhook}")),
        scheduled_at: now,
        max_attempts: NOTIFY_ATTEMPTS,
        now,
    }
}

pub(crate) fn run_webhook(
    environment: EnvironmentId,
    connection: ConnectionRowId,
    payload: &RunWebhook,
    scheduled_at: Timestamp,
    now: Timestamp,
) -> NewJob {
    NewJob {
        kind: JobKind::RunWebhook,
        payload: json(payload),
        environment,
        connection: Some(connection),
        sync: None,
        // A replay is another run.
        unique_key: None,
        scheduled_at,
        max_attempts: EVENT_ATTEMPTS,
        now,
    }
}

/// Belongs to no environment, and there is one at a time.
pub(crate) fn reencrypt(scheduled_at: Timestamp, now: Timestamp) -> NewJob {
    NewJob {
        kind: JobKind::Reencrypt,
        payload: "{}".to_owned(),
        environment: EnvironmentId(0),
        connection: None,
        sync: None,
        unique_key: Some("reencrypt".to_owned()),
        scheduled_at,
        max_attempts: PURGE_ATTEMPTS,
        now,
    }
}

/// What this version means by payloads. One that an older version must not take for what it knows says a higher `version`; without, it is 1.
pub const VERSION: u32 = 1;

/// Reads a payload. Fails where it was made by a newer version, which said so or says what this one does not know.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, serde_json::Error> {
    #[derive(Deserialize)]
    struct Versioned {
        #[serde(default)]
        version: u32,
    }
    let Versioned { version } = serde_json::from_str(text)?;
    if version > VERSION {
        return Err(serde_json::Error::custom(format_args!("it has version {version}, and this program knows {VERSION}")));
    }
    serde_json::from_str(text)
}

pub(crate) fn json(payload: &impl Serialize) -> String {
    serde_json::to_string(payload).expect("payloads are plain JSON")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// D16
    #[test]
    fn a_payload_of_a_newer_version_is_told_from_one_of_this() {
        let told = RunSync { trigger: Trigger::Api, empty_cache: false };
        assert_eq!(read::<RunSync>(&json(&told)).unwrap(), told);
        assert_eq!(read::<RunSync>(r#"{"version":1,"trigger":"api","more":1}"#).unwrap(), told, "an addition that may be passed over");
        let newer = read::<RunSync>(r#"{"version":2,"trigger":"api"}"#).unwrap_err();
        assert!(newer.to_string().contains("version 2, and this program knows 1"), "{newer}");
        assert!(read::<RunSync>(r#"{"trigger":"telepathy"}"#).is_err());
    }
}
