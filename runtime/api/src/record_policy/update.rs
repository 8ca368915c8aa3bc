//! `PATCH /environment/retention`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use syncline_store::RecordPolicy;
use utoipa::ToSchema;

use super::{Policy, shown};
use crate::auth::Caller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::openapi::Envelope;
use crate::state::App;

/// A hundred years: whoever means longer means 0.
pub(crate) const MAX_DAYS: u32 = 36_500;

/// What to change.
#[derive(Deserialize, ToSchema)]
#[schema(as = RecordRetentionPatch)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    /// 0 for ever
    #[serde(default)]
    #[schema(maximum = 36_500)]
    prune_after_days: Option<u32>,
    /// 0 for ever
    #[serde(default)]
    #[schema(maximum = 36_500)]
    delete_after_days: Option<u32>,
}

/// Change for how long records are kept
///
/// Changes what is given. It takes hold within the hour, a little at a time. A payload that is gone comes back when its record changes at the
/// provider, or with a reset of its sync.
#[utoipa::path(
    patch,
    path = "/environment/retention",
    operation_id = "updateRecordRetention",
    tag = "environments",
    request_body = Body,
    responses((status = 200, description = "The policy as it is now", body = Envelope<Policy>))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, JsonBody(body): JsonBody<Body>) -> Result<Json<Value>, ApiError> {
    caller.require("environment:records:write")?;
    let policies = app.store.record_policies();
    let known = policies.lookup(caller.environment()).await?;
    let policy = RecordPolicy {
        prune_after_days: checked("prune_after_days", body.prune_after_days.unwrap_or(known.prune_after_days))?,
        delete_after_days: checked("delete_after_days", body.delete_after_days.unwrap_or(known.delete_after_days))?,
    };
    policies.set(caller.environment(), policy).await?;
    Ok(Json(json!({ "data": shown(policy) })))
}

fn checked(name: &str, days: u32) -> Result<u32, ApiError> {
    if days > MAX_DAYS {
        return Err(ApiError::invalid_body(&[name], format!("is {MAX_DAYS} at most; 0 keeps them for ever")));
    }
    Ok(days)
}
