//! `POST /cli/telemetry`: what the field's command-line tool says of itself. Nothing of it is kept.

use http::StatusCode;
use serde::de::IgnoredAny;

use crate::body::JsonBody;

/// Take a tool's telemetry
///
/// Throws it away.
#[utoipa::path(
    post,
    path = "/cli/telemetry",
    operation_id = "sendCliTelemetry",
    tag = "server",
    security(()),
    request_body = serde_json::Value,
    responses((status = 204, description = "Taken, and not kept"))
)]
pub(crate) async fn telemetry(_said: JsonBody<IgnoredAny>) -> StatusCode {
    StatusCode::NO_CONTENT
}
