//! `GET /sync/status`

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use syncline_domain::{
    Checkpoint, ConnectionName, FunctionDefinition, FunctionName, IntegrationKey, RunState, SyncId, SyncState, SyncStatus, Timestamp,
    Variant,
};
use syncline_store::{CollectionCounts, SyncRow};
use utoipa::{IntoParams, ToSchema};

use crate::auth::Caller;
use crate::error::ApiError;
use crate::openapi::{ConnectionIdText, FunctionNameText, IntegrationKeyText, VariantText};
use crate::query::Query;
use crate::state::App;
use crate::syncs::reference::SyncRef;
use crate::syncs::select::{Missing, Selection};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// Names, joined by commas, each with `::variant` if not `base`; `*` for all
    #[param(pattern = r"^ *(\*|[A-Za-z0-9_-]+(::[A-Za-z0-9_-]+)?( *, *[A-Za-z0-9_-]+(::[A-Za-z0-9_-]+)?)*) *$")]
    syncs: String,
    #[param(value_type = IntegrationKeyText, inline)]
    provider_config_key: IntegrationKey,
    #[serde(default)]
    /// All connections of the integration where it is left out
    #[param(value_type = Option<ConnectionIdText>, inline)]
    connection_id: Option<ConnectionName>,
}

/// Where syncs stand.
#[derive(Serialize, ToSchema)]
#[schema(as = SyncStatusList)]
pub(crate) struct Answer {
    syncs: Vec<Report>,
}

/// Where one sync stands.
#[derive(Serialize, ToSchema)]
#[schema(as = SyncStatus)]
#[serde(rename_all = "camelCase")]
struct Report {
    #[schema(value_type = String, format = "uuid")]
    id: SyncId,
    #[serde(rename = "connection_id")]
    #[schema(value_type = ConnectionIdText)]
    connection: ConnectionName,
    #[schema(value_type = FunctionNameText)]
    name: FunctionName,
    #[schema(value_type = VariantText)]
    variant: Variant,
    #[serde(rename = "type")]
    /// `INITIAL` until a run succeeded, then `INCREMENTAL`
    kind: &'static str,
    /// `RUNNING`, `PAUSED`, `STOPPED`, `SUCCESS` or `ERROR`
    #[schema(value_type = String)]
    status: SyncStatus,
    /// `null` for a sync that has no schedule
    frequency: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, format = DateTime)]
    finished_at: Option<Timestamp>,
    /// `null` while the schedule is off
    #[schema(value_type = Option<String>, required = true, format = DateTime)]
    next_scheduled_sync_at: Option<Timestamp>,
    /// What the last run did, by model, if it succeeded
    #[schema(value_type = BTreeMap<String, LatestCounts>)]
    latest_result: BTreeMap<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    /// Of the last run: `RUNNING`, `SUCCESS` or `STOPPED`
    #[schema(value_type = String, required = false)]
    latest_execution_status: Option<SyncStatus>,
    /// Records by model
    record_count: BTreeMap<String, u64>,
    #[schema(value_type = Option<Object>, required = true)]
    checkpoint: Option<Box<serde_json::value::RawValue>>,
}

/// What a run did to the records of a model.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes JSON that is written by hand")]
struct LatestCounts {
    added: u64,
    updated: u64,
    deleted: u64,
}

/// Show where syncs stand
///
/// Names that nothing has are left out.
#[utoipa::path(
    get,
    path = "/sync/status",
    operation_id = "syncStatus",
    tag = "syncs",
    params(Params),
    responses((status = 200, description = "Where they stand", body = Answer))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, Query(params): Query<Params>) -> Result<Response, ApiError> {
    caller.require("environment:syncs:read")?;
    let wanted = match params.syncs.trim() {
        "*" => Vec::new(),
        names => names
            .split(',')
            .map(|name| SyncRef::parse(name.trim()))
            .collect::<Result<_, _>>()
            .map_err(|defect| ApiError::invalid_query(&["syncs"], defect.to_string()))?,
    };
    let selection = Selection { integration: &params.provider_config_key, connection: params.connection_id.as_ref(), syncs: &wanted };
    let syncs = selection.known(&app, caller.environment()).await.map_err(|missing| match missing {
        // `invalid_body` for a query is what clients of the field know: contract 11.1 S1.
        Missing::Integration => ApiError::invalid_body(&["provider_config_key"], "Integration not found"),
        Missing::Connection => ApiError::invalid_body(&["connection_id"], "Connection not found"),
        Missing::Other(error) => error,
    })?;
    let (mut functions, mut counts) = (HashMap::new(), HashMap::new());
    let mut statuses = Vec::with_capacity(syncs.len());
    for sync in syncs {
        let function = match functions.entry(sync.function) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(app.store.functions().lookup(sync.function).await?),
        };
        let counts = match counts.entry(sync.connection) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(app.store.records().counts(sync.connection).await?),
        };
        // Deleted meanwhile.
        let Some(function) = function else { continue };
        let checkpoint = app.store.checkpoints().lookup(sync.id).await?.map(|(checkpoint, _)| checkpoint);
        statuses.push(status(sync, &function.definition, counts, checkpoint));
    }
    Ok(Json(Answer { syncs: statuses }).into_response())
}

fn status(sync: SyncRow, function: &FunctionDefinition, counts: &[CollectionCounts], checkpoint: Option<Checkpoint>) -> Report {
    let state = sync.last_run.as_ref().map(|run| run.state);
    let mine =
        |counts: &&CollectionCounts| counts.variant == sync.variant && function.models.iter().any(|model| model.name == counts.model);
    let succeeded = sync.last_run.as_ref().filter(|run| run.state == RunState::Succeeded);
    let result = succeeded
        .iter()
        .flat_map(|run| &run.counts)
        .map(|(model, counts)| (model.clone(), json!({ "added": counts.added, "updated": counts.updated, "deleted": counts.deleted })));
    Report {
        kind: if sync.last_success_started_at.is_some() { "INCREMENTAL" } else { "INITIAL" },
        status: current(state, sync.state),
        frequency: function.schedule_with(sync.frequency_override.as_deref()).map(|schedule| schedule.text()),
        finished_at: sync.last_run.as_ref().and_then(|run| run.finished_at),
        next_scheduled_sync_at: sync.next_run_at.filter(|_| sync.state == SyncState::Started),
        latest_result: result.collect(),
        latest_execution_status: state.map(latest),
        record_count: counts.iter().filter(mine).map(|counts| (counts.model.to_string(), counts.records)).collect(),
        checkpoint: checkpoint.and_then(|checkpoint| syncline_domain::normalise(checkpoint.as_str()).ok()),
        id: sync.id,
        connection: sync.connection_name,
        name: sync.name,
        variant: sync.variant,
    }
}

/// A run under way counts more than the schedule, the schedule more than how the last run ended.
fn current(last_run: Option<RunState>, schedule: SyncState) -> SyncStatus {
    match (last_run, schedule) {
        (Some(RunState::Running), _) => SyncStatus::Running,
        (_, SyncState::Paused) => SyncStatus::Paused,
        (Some(RunState::Succeeded), _) => SyncStatus::Success,
        (Some(RunState::Failed | RunState::Lost), _) => SyncStatus::Error,
        (Some(RunState::Interrupted | RunState::Cancelled) | None, _) => SyncStatus::Stopped,
    }
}

/// A run that failed is `STOPPED` here: contract 11.1 S4.
const fn latest(run: RunState) -> SyncStatus {
    match run {
        RunState::Running => SyncStatus::Running,
        RunState::Succeeded => SyncStatus::Success,
        RunState::Failed | RunState::Lost | RunState::Interrupted | RunState::Cancelled => SyncStatus::Stopped,
    }
}
