//! `GET /environment/retention`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::{Policy, shown};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::openapi::Envelope;
use crate::state::App;

/// Show for how long records are kept
///
/// 30 and 60 days where nobody has set anything.
#[utoipa::path(
    get,
    path = "/environment/retention",
    operation_id = "getRecordRetention",
    tag = "environments",
    responses((status = 200, description = "The policy", body = Envelope<Policy>))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Value>, ApiError> {
    caller.require("environment:records:read")?;
    let policy = app.store.record_policies().lookup(caller.environment()).await?;
    Ok(Json(json!({ "data": shown(policy) })))
}
