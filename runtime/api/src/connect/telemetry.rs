//! `POST /connect/telemetry`: what people do on the page that connects. Logged for operators, and kept nowhere.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use syncline_domain::{IntegrationKey, Timestamp};
use utoipa::ToSchema;

use crate::auth;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::limit::Meter;
use crate::openapi::{Error, IdText, IntegrationKeyText};
use crate::state::App;

/// How far a browser's clock may be off: wire contract 1.12.
const MAX_AGE: Duration = Duration::from_hours(2);

const EVENTS: [&str; 15] = [
    "open",
    "view:list",
    "view:integration",
    "view:unknown_error",
    "view:credentials_error",
    "view:success",
    "click:integration",
    "click:doc",
    "click:doc_section",
    "click:connect",
    "click:close",
    "click:finish",
    "click:outside",
    "popup:blocked_by_browser",
    "popup:closed_early",
];

/// Something that a person did on the page that connects.
#[derive(Deserialize, ToSchema)]
#[schema(as = ConnectEvent)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    /// Of the connect session
    token: String,
    /// `open`, `view:list`, `view:integration`, `view:unknown_error`, `view:credentials_error`, `view:success`, `click:integration`,
    /// `click:doc`, `click:doc_section`, `click:connect`, `click:close`, `click:finish`, `click:outside`, `popup:blocked_by_browser` or
    /// `popup:closed_early`
    #[schema(
        pattern = "^(open|view:(list|integration|unknown_error|credentials_error|success)|click:(integration|doc|doc_section|connect|close|finish|outside)|popup:(blocked_by_browser|closed_early))$"
    )]
    event: String,
    /// ISO 8601, or milliseconds since 1970; at most two hours away from now
    #[serde(deserialize_with = "instant")]
    #[schema(value_type = IdText)]
    timestamp: Timestamp,
    #[serde(default)]
    dimensions: Option<Dimensions>,
}

/// What it was about.
#[derive(Deserialize, ToSchema)]
#[schema(as = ConnectEventDimensions)]
#[serde(deny_unknown_fields)]
struct Dimensions {
    #[serde(default)]
    #[schema(value_type = Option<IntegrationKeyText>)]
    integration: Option<IntegrationKey>,
}

/// Note what a user did while connecting
///
/// Logged for operators, and kept nowhere. The token in the body says which session it is about.
#[utoipa::path(
    post,
    path = "/connect/telemetry",
    operation_id = "sendConnectTelemetry",
    tag = "connect",
    security(()),
    request_body = Body,
    responses((status = 204, description = "Noted"), (status = 401, description = "There is no such session", body = Error))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, meter: Meter, JsonBody(body): JsonBody<Body>) -> Result<StatusCode, ApiError> {
    let Some(event) = EVENTS.into_iter().find(|event| *event == body.event) else {
        return Err(ApiError::invalid_body(&["event"], format!("is not one of {}", EVENTS.join(", "))));
    };
    let now = app.clock.now();
    if now.since(body.timestamp).max(body.timestamp.since(now)) > MAX_AGE {
        return Err(ApiError::invalid_body(&["timestamp"], "is more than 2 hours away from now"));
    }
    let session = auth::session(&app, &meter, &body.token).await?;
    let integration = body.dimensions.and_then(|dimensions| dimensions.integration);
    let integration = integration.as_ref().map_or("", IntegrationKey::as_str);
    tracing::info!(connect.event = event, connect.integration = integration, session.id = ?session.id, "connect page");
    Ok(StatusCode::NO_CONTENT)
}

/// ISO 8601, or milliseconds since 1970, which is what a browser's clock gives.
fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let wrong = || serde::de::Error::custom("invalid value: expected a time, in ISO 8601 or as milliseconds since 1970");
    match Value::deserialize(deserializer)? {
        Value::String(text) => Timestamp::parse(&text).map_err(|_| wrong()),
        Value::Number(millis) => {
            millis.as_i64().and_then(|millis| millis.checked_mul(1_000)).map(Timestamp::from_unix_micros).ok_or_else(wrong)
        }
        _ => Err(wrong()),
    }
}
