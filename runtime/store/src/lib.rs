//! The two databases behind one API, with encryption at rest.
//!
//! ```text
//! Store::open ─▶ lock or pool, migrations, data keys
//! store.connections().insert(..) ─▶ one transaction: the row, its syncs, their jobs ─▶ on disk ─▶ Ok
//! store.jobs().claim(..) ─▶ a lease with a fence ─▶ every write of the run names it ─▶ Error::Fenced when it was lost
//! store.records().save(..) ─▶ the collection's counter row, locked ─▶ positions in commit order ─▶ list(cursor)
//! ```
//!
//! *Invariant:* opens no socket but its database's, knows nothing of HTTP or wasm, and never acknowledges what is not on disk. What is
//! true of one database is true of the other: every test runs on both.

mod account_keys;
mod api_keys;
mod async_actions;
mod audit_events;
mod auth_flows;
mod backup;
mod checkpoints;
mod components;
mod connect_sessions;
mod connections;
mod console_sessions;
mod crypto;
mod database;
mod deployments;
mod environments;
mod error;
mod flow_results;
mod function_checkpoints;
mod functions;
mod idempotency_keys;
mod incoming_webhooks;
mod integrations;
mod jobs;
mod keys;
mod locks;
mod operations;
mod operator_invitations;
mod operators;
mod options;
mod overview;
mod rate_windows;
mod records;
mod retention;
mod run_logs;
mod runs;
mod store;
mod sweep;
mod syncs;
#[cfg(feature = "testing")]
pub mod testing;
mod variables;
mod wakeups;
mod webhook_deliveries;
mod webhook_endpoints;
mod webhook_settings;

pub use account_keys::{AccountKeyRow, AccountKeys, NewAccountKey};
pub use api_keys::{ApiKeyRow, ApiKeys, NewApiKey, Taken};
pub use async_actions::{Acceptance, AsyncActionRow, AsyncActions, NewAsyncAction};
pub use audit_events::{AuditEventRow, AuditEvents, AuditOutcome, NewAuditEvent};
pub use auth_flows::{AuthFlowRow, AuthFlows, NewAuthFlow};
pub use backup::{BackupError, Copied, backup, restore};
pub use checkpoints::Checkpoints;
pub use components::{Components, Known};
pub use connect_sessions::{ConnectSessionRow, ConnectSessions, NewConnectSession};
pub use connections::{
    BrowseConnections, ConnectionCursor, ConnectionFilter, ConnectionPage, ConnectionPatch, ConnectionRow, Connections, EndRefresh,
    InsertedConnection, NewConnection, Promote, RefreshClaim, RefreshResult,
};
pub use console_sessions::{ConsoleSessionRow, ConsoleSessions, NewConsoleSession};
pub use deployments::{
    Change, ComponentContent, Deploy, DeployComponent, Deployed, Deployer, DeploymentKind, DeploymentRow, Deployments, FunctionChange,
    KEPT as KEPT_DEPLOYMENTS, LostModel, NewDeployment, Outcome, PutInPlace, RecordedChange, Rollback,
};
pub use environments::{EnvironmentPurge, EnvironmentRow, Environments, NewEnvironment};
pub use error::{Constraint, DatabaseError, Error};
pub use flow_results::FlowResults;
pub use function_checkpoints::{FunctionCheckpoints, FunctionOnConnection};
pub use functions::{FunctionRow, FunctionSource, Functions, Origin};
pub use idempotency_keys::{BeginRequest, Begun, IdempotencyKeys, RequestFence};
pub use incoming_webhooks::{
    Follow, IncomingFilter, IncomingWebhookRow, IncomingWebhooks, NewIncomingWebhook, Parking, RouteMatch, Subscriber, WebhookContent,
    WebhookHead, WebhookRun,
};
pub use integrations::{IntegrationPatch, IntegrationRow, Integrations, NewIntegration};
pub use jobs::{
    Claim, DeadLetter, Fence, JobDecision, JobDepth, JobRow, Jobs, Limits, NewJob, NoWaitingCursor, Replayed, Rescue, Terms, Wait,
    WaitingCursor, WaitingPage, WaitingRun, WaitingSearch, payload,
};
pub use keys::{DataKeyRow, DataKeys, Reencryption};
pub use locks::{AcquireLock, Locks};
pub use operations::{MessageRow, NewMessage, NewOperation, OperationFilter, OperationPage, OperationRow, Operations, Severity};
pub use operator_invitations::{InvitationRow, NewInvitation, OperatorInvitations};
pub use operators::{Changed, NewOperator, OperatorRow, Operators};
pub use options::{DatabaseUrl, MasterKey, Options};
pub use overview::{AtMost, Overview, Span, Standing};
pub use rate_windows::RateWindows;
pub use records::{
    BrowseRecords, CollectionCounts, CollectionRef, HeadPage, ListRecords, Page, Pruned, RecordHead, RecordRow, Records, Retained,
    SaveRecords, Saved, TrackDeletes, UpdateRecords, Updated,
};
pub use retention::{RecordPolicies, RecordPolicy};
pub use run_logs::{LineKind, LogLine, LogRow, RunLogs};
pub use runs::{FinishRun, NewRun, RunFilter, RunPage, RunRow, RunSearch, RunUsage, Runs};
pub use store::Store;
pub use syncs::{DueSync, NewSync, NextDue, RunSummary, SyncRow, Syncs, TriggerSync, Triggered, schedule_seed};
pub use variables::Variables;
pub use webhook_deliveries::{
    BegunDelivery, DeliveryAttempt, DeliveryFilter, EndedAttempt, NewDelivery, Replay, ReplayDeliveries, ReplayedDeliveries,
    StartedAttempt, Verdict, WebhookAttemptRow, WebhookDeliveries, WebhookDeliveryRow,
};
pub use webhook_endpoints::{Released, WebhookEndpointRow, WebhookEndpoints};
pub use webhook_settings::{WebhookSettings, WebhookSettingsOf, WebhookSettingsPatch};
