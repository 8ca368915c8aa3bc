//! The public form of a dead letter.

use serde::Serialize;
use syncline_domain::Timestamp;
use utoipa::ToSchema;

/// A job that was given up.
#[derive(Serialize, ToSchema)]
#[schema(as = DeadLetter)]
pub(crate) struct DeadLetter<'a> {
    id: String,
    /// Such as `run_sync`, `notify_auth` or `deliver_webhook`
    kind: &'static str,
    /// `failed`: another try would not have helped. `attempts_used_up`. `poisoned`: its workers disappeared, one after the other
    reason: &'a str,
    /// What the last try said
    #[schema(required = true)]
    error: Option<&'a str>,
    /// Tries, those included whose worker disappeared
    attempts: u32,
    /// Workers that disappeared
    crashes: u32,
    /// The sync that it was to run
    #[schema(required = true)]
    sync_id: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = Option<String>, required = true, format = DateTime)]
    discarded_at: Option<Timestamp>,
}

pub(super) fn dead_letter(row: &syncline_store::DeadLetter) -> DeadLetter<'_> {
    DeadLetter {
        id: row.job.id.to_string(),
        kind: row.job.kind.as_str(),
        reason: &row.reason,
        error: row.error.as_deref(),
        attempts: row.job.attempt,
        crashes: row.job.crashes,
        sync_id: row.job.sync.map(|sync| sync.to_string()),
        created_at: row.created_at,
        discarded_at: row.discarded_at,
    }
}
