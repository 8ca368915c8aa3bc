//! `POST /sync/trigger`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};
use syncline_domain::{ConnectionName, IntegrationKey, OperationKind, Trigger};
use syncline_store::TriggerSync;
use utoipa::ToSchema;

use crate::addressed::header;
use crate::auth::Caller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::issue::Issue;
use crate::openapi::{ConnectionIdText, IntegrationKeyText, Success};
use crate::state::App;
use crate::syncs::note;
use crate::syncs::reference::{SyncRef, SyncRefText};
use crate::syncs::select::Selection;

/// Which syncs to run, and how.
#[derive(Deserialize, ToSchema)]
#[schema(as = TriggerSyncs)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    #[serde(default)]
    /// All where it is left out or empty
    #[schema(value_type = Vec<SyncRefText>)]
    syncs: Vec<SyncRef>,
    #[serde(default)]
    /// May be named in the header instead
    #[schema(value_type = Option<IntegrationKeyText>)]
    provider_config_key: Option<IntegrationKey>,
    #[serde(default)]
    /// May be named in the header instead; without one, all connections of the integration
    #[schema(value_type = Option<ConnectionIdText>)]
    connection_id: Option<ConnectionName>,
    #[serde(default)]
    #[schema(inline)]
    opts: Option<Opts>,
    /// Old form of `opts`
    #[serde(default)]
    #[schema(inline, deprecated)]
    sync_mode: Option<Mode>,
    #[serde(default)]
    /// Older form of `opts`: the same as `reset`
    #[schema(deprecated)]
    full_resync: Option<bool>,
}

#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Opts {
    #[serde(default)]
    /// Begin without the checkpoint; a run under way is cancelled
    reset: bool,
    #[serde(default)]
    /// With `reset`: take the records for gone first
    empty_cache: bool,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Mode {
    Incremental,
    FullRefresh,
    FullRefreshAndClearCache,
}

/// Trigger syncs
///
/// Runs syncs now: those named, or all; of one connection, or of all. One that runs already goes on, unless it is reset.
#[utoipa::path(
    post,
    path = "/sync/trigger",
    operation_id = "triggerSync",
    tag = "syncs",
    params(
        ("Provider-Config-Key" = Option<String>, Header, description = "Key of the integration, where the body names none"),
        ("Connection-Id" = Option<String>, Header, description = "Id of the connection, where the body names none")
    ),
    request_body = Body,
    responses((status = 200, description = "It is done", body = Success))
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    JsonBody(body): JsonBody<Body>,
) -> Result<Json<Value>, ApiError> {
    caller.require("environment:syncs:execute")?;
    let opts = opts(&body)?;
    let integration = match body.provider_config_key {
        Some(key) => key,
        None => from_header(&headers, "provider-config-key", IntegrationKey::new)?
            .ok_or_else(|| ApiError::bad_request("missing_provider_config_key", "name the integration in `provider_config_key`"))?,
    };
    let connection = match body.connection_id {
        Some(name) => Some(name),
        None => from_header(&headers, "connection-id", ConnectionName::new)?,
    };
    let selection = Selection { integration: &integration, connection: connection.as_ref(), syncs: &body.syncs };
    let syncs = selection.all(&app, caller.environment()).await.map_err(|missing| missing.when_commanding(&integration))?;
    if syncs.is_empty() {
        return Err(ApiError::bad_request("no_syncs_found", format!("integration `{integration}` has no syncs here")));
    }
    let trigger = TriggerSync { reset: opts.reset, empty_cache: opts.empty_cache, trigger: Trigger::Api, now: app.clock.now() };
    for sync in &syncs {
        app.store.syncs().trigger(sync.id, trigger).await?;
    }
    let (kind, did) = if opts.reset {
        (OperationKind::SyncRequestRunFull, "asked for a run from the beginning of")
    } else {
        (OperationKind::SyncRequestRun, "asked for a run of")
    };
    note::done(&app, &caller, kind, did, &selection, syncs.len());
    Ok(Json(json!({ "success": true })))
}

fn opts(body: &Body) -> Result<Opts, ApiError> {
    let old = match (body.sync_mode, body.full_resync) {
        (Some(Mode::FullRefreshAndClearCache), _) => Some(Opts { reset: true, empty_cache: true }),
        (Some(Mode::FullRefresh), _) => Some(Opts { reset: true, empty_cache: false }),
        (Some(Mode::Incremental), _) => Some(Opts::default()),
        (None, Some(reset)) => Some(Opts { reset, empty_cache: false }),
        (None, None) => None,
    };
    match (body.opts, old) {
        (Some(_), Some(_)) => Err(ApiError::invalid_body(&["opts"], "cannot be given together with `sync_mode` or `full_resync`")),
        (opts, old) => Ok(opts.or(old).unwrap_or_default()),
    }
}

fn from_header<T, E: ToString>(headers: &HeaderMap, name: &str, parse: impl FnOnce(String) -> Result<T, E>) -> Result<Option<T>, ApiError> {
    let text = header(headers, name).filter(|text| !text.is_empty());
    text.map(|text| parse(text.to_owned()))
        .transpose()
        .map_err(|defect| ApiError::invalid("invalid_headers", Issue::new("invalid_format", &[name], defect.to_string())))
}
