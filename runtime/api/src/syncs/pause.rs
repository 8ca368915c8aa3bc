//! `POST /sync/pause`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use syncline_domain::{ConnectionName, IntegrationKey, OperationKind, SyncState};
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::openapi::{ConnectionIdText, IntegrationKeyText, Success};
use crate::state::App;
use crate::syncs::note;
use crate::syncs::reference::{SyncRef, SyncRefText};
use crate::syncs::select::Selection;

const MAX_SYNCS: usize = 256;

/// Syncs of one connection, or of all connections of an integration: also what `/sync/start` takes.
#[derive(Deserialize, ToSchema)]
#[schema(as = SyncSelection)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    #[serde(default)]
    /// All where it is left out or empty
    #[schema(value_type = Vec<SyncRefText>, max_items = 256)]
    pub(super) syncs: Vec<SyncRef>,
    #[schema(value_type = IntegrationKeyText)]
    pub(super) provider_config_key: IntegrationKey,
    #[serde(default)]
    #[schema(value_type = Option<ConnectionIdText>)]
    pub(super) connection_id: Option<ConnectionName>,
}

impl Body {
    /// The syncs that are named, or all.
    pub(super) fn selection(&self) -> Result<Selection<'_>, ApiError> {
        if self.syncs.len() > MAX_SYNCS {
            return Err(ApiError::invalid_body(&["syncs"], format!("names more than {MAX_SYNCS}")));
        }
        Ok(Selection { integration: &self.provider_config_key, connection: self.connection_id.as_ref(), syncs: &self.syncs })
    }
}

/// Pause syncs
///
/// Turns schedules off. Triggering still works.
#[utoipa::path(
    post,
    path = "/sync/pause",
    operation_id = "pauseSync",
    tag = "syncs",
    request_body = Body,
    responses((status = 200, description = "It is done", body = Success))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, JsonBody(body): JsonBody<Body>) -> Result<Json<Value>, ApiError> {
    caller.require("environment:syncs:execute")?;
    let selected = body.selection()?.all(&app, caller.environment()).await;
    let syncs = selected.map_err(|missing| missing.when_commanding(&body.provider_config_key))?;
    for sync in syncs.iter().filter(|sync| sync.state == SyncState::Started) {
        app.store.syncs().set_state(sync.id, SyncState::Paused, None).await?;
    }
    note::done(&app, &caller, OperationKind::SyncPause, "paused", &body.selection()?, syncs.len());
    Ok(Json(json!({ "success": true })))
}
