//! `POST /sync/deploy` and `/sync/deploy/confirmation`: what older command-line tools of the field send. Wire contract 1.22.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::built;
use crate::auth::Caller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::state::App;

/// Functions in JavaScript.
#[derive(Deserialize, ToSchema)]
#[schema(as = LegacyDeployment)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(dead_code, reason = "only its shape matters where source is not compiled")]
pub(crate) struct Body {
    #[schema(value_type = Vec<Object>)]
    flow_configs: Vec<FlowConfig>,
    #[serde(default)]
    on_event_scripts_by_provider: Option<Vec<Value>>,
    #[serde(default, rename = "nangoYamlBody")]
    yaml: Option<String>,
    reconcile: bool,
    debug: bool,
    #[serde(default)]
    #[schema(inline)]
    deploy_mode: Option<DeployMode>,
    #[serde(default)]
    sdk_version: Option<String>,
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    json_schema: Option<Value>,
    #[serde(default)]
    single_deploy_mode: Option<bool>,
}

/// Only what names the function; the rest is the tool's own.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FlowConfig {
    sync_name: String,
    provider_config_key: String,
    #[serde(flatten)]
    #[expect(dead_code, reason = "only its shape matters where source is not compiled")]
    rest: Map<String, Value>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum DeployMode {
    All,
    Single,
    Integration,
}

/// Deploy source
///
/// Never succeeds: 400 `execution_environment_unavailable`. Functions are built on the author's machine and deployed with `syncline deploy`.
#[utoipa::path(
    post,
    path = "/sync/deploy",
    operation_id = "deploySource",
    tag = "functions",
    request_body = Body,
    responses((status = 200, description = "Not answered by this server"))
)]
pub(crate) async fn deploy(state: State<Arc<App>>, caller: Caller, body: JsonBody<Body>) -> Result<Infallible, ApiError> {
    refuse(state, caller, body).await
}

/// Preview a deployment of source
///
/// Never succeeds, as the deployment itself.
#[utoipa::path(
    post,
    path = "/sync/deploy/confirmation",
    operation_id = "previewSource",
    tag = "functions",
    request_body = Body,
    responses((status = 200, description = "Not answered by this server"))
)]
pub(crate) async fn confirm(state: State<Arc<App>>, caller: Caller, body: JsonBody<Body>) -> Result<Infallible, ApiError> {
    refuse(state, caller, body).await
}

async fn refuse(State(app): State<Arc<App>>, caller: Caller, JsonBody(body): JsonBody<Body>) -> Result<Infallible, ApiError> {
    caller.require("environment:deploy")?;
    for (index, function) in body.flow_configs.iter().enumerate() {
        built::check_name(&["flowConfigs", &index.to_string(), "syncName"], &function.sync_name)?;
        built::integration(&app, &caller, &function.provider_config_key).await?;
    }
    Err(built::elsewhere())
}
