//! `POST /sync/trigger`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};
use syncline_domain::{ConnectionName, IntegrationKey, Trigger};
use syncline_store::TriggerSync;

use crate::addressed::header;
use crate::auth::Caller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::issue::Issue;
use crate::state::App;
use crate::syncs::reference::SyncRef;
use crate::syncs::select::Selection;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    #[serde(default)]
    syncs: Vec<SyncRef>,
    #[serde(default)]
    provider_config_key: Option<IntegrationKey>,
    #[serde(default)]
    connection_id: Option<ConnectionName>,
    #[serde(default)]
    opts: Option<Opts>,
    /// Deprecated, like the next.
    #[serde(default)]
    sync_mode: Option<Mode>,
    #[serde(default)]
    full_resync: Option<bool>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Opts {
    #[serde(default)]
    reset: bool,
    #[serde(default)]
    empty_cache: bool,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Mode {
    Incremental,
    FullRefresh,
    FullRefreshAndClearCache,
}

/// Runs syncs now: those named, or all; of one connection, or of all. One that runs already goes on, unless it is reset.
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
    for sync in syncs {
        app.store.syncs().trigger(sync.id, trigger).await?;
    }
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
