//! `GET` and `PATCH /environment/retention`: for how long an environment's records are kept.

pub(crate) mod show;
pub(crate) mod update;

use serde::Serialize;
use syncline_store::RecordPolicy;
use utoipa::ToSchema;

/// For how long records are kept. 0 days: for ever.
#[derive(Serialize, ToSchema)]
#[schema(as = RecordRetention)]
pub(crate) struct Policy {
    /// Payloads of records go that did not change for so long. Id, times and fingerprint stay, so that a sync does not bring them back
    prune_after_days: u32,
    /// Records go whose syncs did not run for so long
    delete_after_days: u32,
}

fn shown(policy: RecordPolicy) -> Policy {
    Policy { prune_after_days: policy.prune_after_days, delete_after_days: policy.delete_after_days }
}
