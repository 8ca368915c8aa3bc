//! `POST /functions/deployments/bundle` and `.../preview`: what the field's command-line tool sends for functions in TypeScript.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::built;
use crate::auth::Caller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::state::App;

/// Functions in JavaScript.
#[derive(Deserialize, ToSchema)]
#[schema(as = FunctionBundle)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    #[serde(rename = "reconciliationScope")]
    scope: Scope,
    functions: Vec<Function>,
}

/// What the bundle is all of.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
enum Scope {
    Environment,
    Integration {
        #[serde(rename = "integrationId")]
        integration_id: String,
    },
}

#[derive(Deserialize, ToSchema)]
#[schema(as = BundledFunction)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its shape matters where source is not compiled")]
struct Function {
    name: String,
    #[serde(rename = "integrationId")]
    integration_id: String,
    #[serde(rename = "fileBody")]
    file_body: FileBody,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    trigger: Option<Value>,
    #[serde(default)]
    requires: Option<Value>,
    #[serde(default)]
    capabilities: Option<Value>,
    #[serde(default)]
    limits: Option<Value>,
    #[serde(default)]
    input_schema_ref: Option<Value>,
    #[serde(default)]
    output_schema_ref: Option<Value>,
    #[serde(default)]
    model_schema_refs: Option<Value>,
    #[serde(default)]
    metadata_schema_ref: Option<Value>,
    #[serde(default)]
    checkpoint_schema_ref: Option<Value>,
    #[serde(default)]
    json_schema: Option<Value>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its shape matters where source is not compiled")]
struct FileBody {
    js: String,
    ts: String,
}

/// Deploy a bundle of source
///
/// Never succeeds: 400 `execution_environment_unavailable`. Functions are built on the author's machine and deployed with `syncline deploy`.
/// 404 `integration_not_found` where the body names an integration that does not exist.
#[utoipa::path(
    post,
    path = "/functions/deployments/bundle",
    operation_id = "deployFunctionBundle",
    tag = "functions",
    request_body = Body,
    responses((status = 200, description = "Not answered by this server"))
)]
pub(crate) async fn deploy(state: State<Arc<App>>, caller: Caller, body: JsonBody<Body>) -> Result<Infallible, ApiError> {
    refuse(state, caller, body).await
}

/// Preview a bundle of source
///
/// Never succeeds, as the deployment itself.
#[utoipa::path(
    post,
    path = "/functions/deployments/bundle/preview",
    operation_id = "previewFunctionBundle",
    tag = "functions",
    request_body = Body,
    responses((status = 200, description = "Not answered by this server"))
)]
pub(crate) async fn preview(state: State<Arc<App>>, caller: Caller, body: JsonBody<Body>) -> Result<Infallible, ApiError> {
    refuse(state, caller, body).await
}

async fn refuse(State(app): State<Arc<App>>, caller: Caller, JsonBody(body): JsonBody<Body>) -> Result<Infallible, ApiError> {
    caller.require("environment:deploy")?;
    if let Scope::Integration { integration_id } = &body.scope {
        built::integration(&app, &caller, integration_id).await?;
    }
    for (index, function) in body.functions.iter().enumerate() {
        built::check_name(&["functions", &index.to_string(), "name"], &function.name)?;
        built::integration(&app, &caller, &function.integration_id).await?;
    }
    Err(built::elsewhere())
}
