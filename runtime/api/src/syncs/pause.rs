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

/// Which syncs to pause, and how.
#[derive(Deserialize, ToSchema)]
#[schema(as = SyncPause)]
#[serde(deny_unknown_fields)]
pub(crate) struct PauseBody {
    #[serde(default)]
    /// All where it is left out or empty
    #[schema(value_type = Vec<SyncRefText>, max_items = 256)]
    syncs: Vec<SyncRef>,
    #[schema(value_type = IntegrationKeyText)]
    provider_config_key: IntegrationKey,
    #[serde(default)]
    #[schema(value_type = Option<ConnectionIdText>)]
    connection_id: Option<ConnectionName>,
    /// Lets a run that is under way come to its end, instead of cancelling it
    #[serde(default)]
    wait: bool,
}

/// Pause syncs
///
/// Turns schedules off and cancels the runs under way, or lets them end with `wait`. Triggering still works.
#[utoipa::path(
    post,
    path = "/sync/pause",
    operation_id = "pauseSync",
    tag = "syncs",
    request_body = PauseBody,
    responses((status = 200, description = "It is done", body = Success))
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    JsonBody(body): JsonBody<PauseBody>,
) -> Result<Json<Value>, ApiError> {
    caller.require("environment:syncs:execute")?;
    let PauseBody { syncs, provider_config_key, connection_id, wait } = body;
    let body = Body { syncs, provider_config_key, connection_id };
    let selected = body.selection()?.all(&app, caller.environment()).await;
    let syncs = selected.map_err(|missing| missing.when_commanding(&body.provider_config_key))?;
    for sync in syncs.iter().filter(|sync| sync.state == SyncState::Started) {
        if wait {
            app.store.syncs().set_state(sync.id, SyncState::Paused, None).await?;
        } else {
            app.store.syncs().pause_now(sync.id, app.clock.now()).await?;
        }
    }
    note::done(&app, &caller, OperationKind::SyncPause, "paused", &body.selection()?, syncs.len());
    Ok(Json(json!({ "success": true })))
}
