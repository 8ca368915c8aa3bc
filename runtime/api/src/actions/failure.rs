//! How a failed action looks to its caller.

use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use serde_json::value::RawValue;
use syncline_domain::{JsonObject, RunError, RunId};

use crate::error::ApiError;

#[derive(Serialize)]
struct Upstream {
    status: Option<u16>,
    headers: Option<Box<RawValue>>,
    body: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Noted {
    code: String,
}

/// The wire's status and code for `error`; `additional_properties.run_id` leads to the run's log.
pub(super) fn to_api(run: Option<RunId>, error: RunError) -> ApiError {
    let RunError { code, message, status, details, frames } = error;
    let answer = |status: StatusCode, code: &'static str| ApiError::new(status, code, message.clone());
    let failed = StatusCode::INTERNAL_SERVER_ERROR;
    let error = match code.as_str() {
        "action_error" => answer(failed, "action_script_runtime_error").with("payload", &details),
        "provider_status" | "rate_limited" => {
            let upstream: Option<JsonObject<'_>> = details.as_deref().and_then(|details| serde_json::from_str(details.get()).ok());
            let field = |name: &str| upstream.as_ref().and_then(|fields| fields.get(name).copied()).map(RawValue::to_owned);
            answer(StatusCode::FAILED_DEPENDENCY, "script_http_error")
                .with("payload", &field("body"))
                .with("upstream", &Upstream { status, headers: field("headers"), body: field("body") })
        }
        "network_error" | "egress_denied" | "provider_timeout" => {
            // The system's own name for what broke (`ECONNREFUSED`), where the run noted it.
            let noted: Option<Noted> = details.as_deref().and_then(|details| serde_json::from_str(details.get()).ok());
            let code = noted.map_or(code, |noted| noted.code);
            answer(failed, "script_network_error").with("payload", &json!({ "message": message, "code": code }))
        }
        "function_timeout" | "function_cpu_time_exceeded" => answer(failed, "function_runtime_timed_out"),
        "action_expired" => answer(failed, "execution_timeout"),
        "function_out_of_memory" => answer(failed, "function_runtime_out_of_memory"),
        "function_output_too_large" => answer(StatusCode::BAD_REQUEST, "script_output_too_large"),
        "function_cancelled" => answer(StatusCode::GONE, "script_aborted"),
        "invalid_action_input" => answer(StatusCode::BAD_REQUEST, "invalid_action_input").with("payload", &details),
        // What a function in JavaScript did not catch: `{"name", "message", "stacktrace"}`, contract 11.2 A3.
        "function_error" if details.is_some() => answer(failed, "script_internal_error").with("payload", &details),
        _ => answer(failed, "script_internal_error").with("payload", &json!({ "message": message, "code": code, "frames": frames })),
    };
    match run {
        Some(run) => error.with("additional_properties", &json!({ "run_id": run })),
        None => error,
    }
}
