//! What the caller is told when the provider has given no answer.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{Method, StatusCode};
use serde_json::json;
use syncline_connect::ConnectError;
use syncline_outbound::ProxyError;

use crate::error::ApiError;

/// The wire's answers, where they are not those of other endpoints.
pub(super) fn unconnected(error: ConnectError) -> ApiError {
    match error {
        ConnectError::UnknownIntegration { key } => ApiError::unknown_integration(&key).with_status(StatusCode::NOT_FOUND),
        ConnectError::UnknownConnection => ApiError::bad_request("server_error", "Failed to get connection"),
        ConnectError::UnknownProvider { .. } => ApiError::bad_request("unknown_provider", error.to_string()),
        other => other.into(),
    }
}

/// A request that was refused here, or that failed on its way.
pub(super) fn unanswered(error: ProxyError, method: &Method) -> Response {
    let (code, message) = (error.code(), error.to_string());
    let refused = |code: &'static str| ApiError::bad_request(code, message.clone()).into_response();
    match error {
        // The field's name for every address that the egress policy refuses, overridden or not.
        ProxyError::EgressDenied { .. } => refused("base_url_override_not_allowed"),
        ProxyError::BaseUrlMissing { .. } | ProxyError::BaseUrlUnresolved { .. } => refused("missing_api_url"),
        ProxyError::InvalidUrl { .. }
        | ProxyError::BodyNotReplayable { .. }
        | ProxyError::BodyNotWritable { .. }
        | ProxyError::Signing(_) => refused(code),
        ProxyError::Credential(error) => {
            let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::FAILED_DEPENDENCY);
            ApiError::new(status, error.code, error.message).into_response()
        }
        // Clients of the field read the fields beside `error`: contract 11.1 P3.
        _ => {
            tracing::info!(error.code = code, error.reason = %message, "no answer from the provider");
            let body =
                json!({ "error": { "code": code, "message": message }, "message": message, "code": code, "method": method.as_str() });
            (StatusCode::INTERNAL_SERVER_ERROR, Json(body)).into_response()
        }
    }
}
