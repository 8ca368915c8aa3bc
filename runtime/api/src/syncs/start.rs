//! `POST /sync/start`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use syncline_domain::{OperationKind, SyncState};

use crate::auth::Caller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::openapi::Success;
use crate::state::App;
use crate::syncs::note;
use crate::syncs::pause::Body;
use crate::syncs::schedule::next_due;

/// Start syncs
///
/// Turns schedules on. A sync that ran within its period waits for the rest of it; every other runs at once.
#[utoipa::path(
    post,
    path = "/sync/start",
    operation_id = "startSync",
    tag = "syncs",
    request_body = Body,
    responses((status = 200, description = "It is done", body = Success))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, JsonBody(body): JsonBody<Body>) -> Result<Json<Value>, ApiError> {
    caller.require("environment:syncs:execute")?;
    let selected = body.selection()?.all(&app, caller.environment()).await;
    let syncs = selected.map_err(|missing| missing.when_commanding(&body.provider_config_key))?;
    for sync in syncs.iter().filter(|sync| sync.state == SyncState::Paused) {
        let Some(function) = app.store.functions().lookup(sync.function).await? else { continue };
        let now = app.clock.now();
        let next = next_due(sync, &function.definition, sync.frequency_override.as_deref(), now);
        app.store.syncs().set_state(sync.id, SyncState::Started, next).await?;
    }
    note::done(&app, &caller, OperationKind::SyncUnpause, "started", &body.selection()?, syncs.len());
    Ok(Json(json!({ "success": true })))
}
