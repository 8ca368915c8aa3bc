//! `POST /functions/compile`

use std::convert::Infallible;

use serde::Deserialize;
use utoipa::ToSchema;

use super::built;
use crate::auth::Caller;
use crate::body::JsonBody;
use crate::error::ApiError;

/// A function's source.
#[derive(Deserialize, ToSchema)]
#[schema(as = SourceToCompile)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    #[schema(min_length = 1)]
    code: String,
}

/// Compile source
///
/// Never succeeds: 400 `execution_environment_unavailable`. Functions are built on the author's machine and deployed with `syncline deploy`.
#[utoipa::path(
    post,
    path = "/functions/compile",
    operation_id = "compileFunction",
    tag = "functions",
    request_body = Body,
    responses((status = 200, description = "Not answered by this server"))
)]
pub(crate) async fn handle(caller: Caller, JsonBody(body): JsonBody<Body>) -> Result<Infallible, ApiError> {
    caller.require("environment:functions:compile")?;
    built::check_code(&body.code)?;
    Err(built::elsewhere())
}
