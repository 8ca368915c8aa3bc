//! `POST /functions/dryruns` and `GET /functions/dryruns/:id`

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{Path, State};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::built::{self, SourceKind};
use crate::auth::Caller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::state::App;

/// Source to try out on a connection.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewDryRun)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its shape matters where source is not compiled")]
pub(crate) struct Body {
    integration_id: String,
    #[schema(inline)]
    function_type: SourceKind,
    #[schema(min_length = 1)]
    code: String,
    connection_id: String,
    #[serde(default)]
    input: Option<Value>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    metadata: Option<Map<String, Value>>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    checkpoint: Option<Map<String, Value>>,
    #[serde(default)]
    last_sync_date: Option<String>,
}

/// Try source out
///
/// Never succeeds: 400 `execution_environment_unavailable`. Functions are built on the author's machine and deployed with `syncline deploy`.
/// 404 `integration_not_found` or `connection_not_found` where the body names something that does not exist.
#[utoipa::path(
    post,
    path = "/functions/dryruns",
    operation_id = "createDryRun",
    tag = "functions",
    request_body = Body,
    responses((status = 202, description = "Not answered by this server"))
)]
pub(crate) async fn create(State(app): State<Arc<App>>, caller: Caller, JsonBody(body): JsonBody<Body>) -> Result<Infallible, ApiError> {
    caller.require("environment:functions:dryrun")?;
    built::check_code(&body.code)?;
    let integration = built::integration(&app, &caller, &body.integration_id).await?;
    built::connection(&app, &caller, &integration, &body.connection_id).await?;
    Err(built::elsewhere())
}

/// Show a dry run
///
/// There are none: 404 `dryrun_not_found`.
#[utoipa::path(
    get,
    path = "/functions/dryruns/{id}",
    operation_id = "getDryRun",
    tag = "functions",
    params(("id" = String, Path, description = "Id of the dry run")),
    responses((status = 200, description = "Not answered by this server"))
)]
pub(crate) async fn show(caller: Caller, Path(id): Path<String>) -> Result<Infallible, ApiError> {
    caller.require("environment:functions:dryrun")?;
    Err(ApiError::new(StatusCode::NOT_FOUND, "dryrun_not_found", format!("there is no dry run `{id}`")))
}
