//! The words of Syncline as types: ids, clock, states, schedules, records, credentials, and the rules that need no I/O.
//!
//! ```text
//! text from outside ──parse──▶ a domain type that can only be valid ──▶ store, engine, outbound, api
//! ```
//!
//! Whoever holds a [`Schedule`], an [`ExternalId`] or a [`Checkpoint`] holds a valid one: the rule is applied where the value is
//! made, not where it is used.
//!
//! *Invariant:* no I/O, no async runtime, no SQL, no HTTP, no wasm. Time comes in through [`Clock`].

mod async_action;
mod auth_error;
mod auth_mode;
mod checkpoint;
mod clock;
mod connection;
mod credential;
mod cursor;
mod dry_run;
mod figures;
mod frequency;
mod function;
mod id;
mod incoming_webhook;
mod job;
mod json;
mod metrics;
mod name;
mod operation;
mod operator;
mod outage;
mod pulse;
mod record;
mod run;
mod runner;
mod schedule;
mod secret;
mod sync;
mod traces;
mod webhook;

pub use async_action::AsyncActionState;
pub use auth_error::AuthError;
pub use auth_mode::AuthMode;
pub use checkpoint::{Checkpoint, CheckpointDefect};
pub use clock::{Clock, ManualClock, SystemClock, Timestamp, TimestampDefect};
pub use connection::{ConnectionRef, EndUser, Organization, Tags};
pub use credential::{Credentials, CredentialsDefect, Exchanged, Oauth1, Oauth2, Obtained};
pub use cursor::{Cursor, CursorDefect, CursorKey};
pub use dry_run::{DryRun, DryRunCall, DryRunEvent, DryRunModel, DryRunRecord, DryRunStep};
pub use figures::{Figure, Figures, RecordChange};
pub use frequency::{Frequency, FrequencyDefect};
pub use function::{EndpointDefinition, EventKind, FunctionDefinition, FunctionKind, Grant, LimitOverrides, ModelDefinition};
pub use id::{
    ApiKeyId, AsyncActionId, ComponentId, ConnectSessionId, ConnectionRowId, DeploymentId, Digest, EnvironmentId, FunctionId,
    IncomingWebhookId, IntegrationId, JobId, OperationId, OperatorId, RunId, SyncId, WebhookDeliveryId, WebhookEndpointId,
};
pub use incoming_webhook::IncomingWebhookState;
pub use job::{JobKind, JobState};
pub use json::{JsonObject, merge_deep, merge_top_level, normalise};
pub use metrics::{Counter, Gauge, Histogram, JobOutcome, Metrics, ProxyOutcome, RunMetrics, UnderWay};
pub use name::{ConnectionName, EnvironmentName, FunctionName, IntegrationKey, ModelName, NameDefect, OperatorName, Variant};
pub use operation::{OperationKind, OperationState};
pub use operator::Role;
pub use outage::Outage;
pub use pulse::Pulse;
pub use record::{Action, ExternalId, Fingerprint, FingerprintKey, Merging, RecordDefect, RecordText};
pub use run::{Counts, ModelCounts, RunError, RunOutcome, RunState, Trigger};
pub use runner::{ActionCall, ComponentSource, Deployment, FunctionRunner, RunnerError};
pub use schedule::{Schedule, ScheduleDefect};
pub use secret::Secret;
pub use sync::{SyncState, SyncStatus};
pub use traces::{TRACEPARENT, TRACES, TraceContext, Traces};
pub use webhook::{ATTEMPTS, Circuit, CircuitState, DeliveryState, DisabledReason, WebhookKind, attempt_after};
