//! `POST /action/trigger`

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use serde_json::value::RawValue;
use syncline_domain::FunctionName;

use crate::actions::run;
use crate::addressed::{Addressed, header};
use crate::auth::Caller;
use crate::body::JsonBody;
use crate::connections::find;
use crate::error::ApiError;
use crate::issue::Issue;
use crate::query::{Flag, Query};
use crate::state::App;

/// Unknown fields are ignored here, unlike elsewhere: contract 11.2 A1.
#[derive(Deserialize)]
pub(crate) struct Body {
    action_name: FunctionName,
    #[serde(default)]
    input: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoParams {}

/// Runs the action and answers with its output, byte for byte.
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(NoParams {}): Query<NoParams>,
    headers: HeaderMap,
    Addressed(of): Addressed,
    JsonBody(body): JsonBody<Body>,
) -> Result<Response, ApiError> {
    caller.require("environment:actions:execute")?;
    refuse_async(&headers)?;
    let connection = find::addressed(&app, caller.environment(), &of).await?;
    let action = run::find(&app, &connection, &body.action_name).await?;
    let output = run::run(&app, &connection, &action, body.input.as_deref()).await?;
    Ok(([(CONTENT_TYPE, "application/json")], output).into_response())
}

fn refuse_async(headers: &HeaderMap) -> Result<(), ApiError> {
    let wrong = |name: &str, message: &str| Err(ApiError::invalid("invalid_headers", Issue::new("invalid_value", &[name], message)));
    match header(headers, "x-async").map(Flag::parse) {
        Some(None) => return wrong("x-async", "expected `true` or `false`"),
        Some(Some(Flag(true))) => {
            let message = "this server runs actions while the caller waits; send the request without `X-Async`";
            return Err(ApiError::bad_request("async_actions_not_supported", message));
        }
        Some(Some(Flag(false))) | None => {}
    }
    match header(headers, "x-max-retries").map(str::parse::<u8>) {
        Some(Ok(0..=5)) | None => Ok(()),
        Some(_) => wrong("x-max-retries", "expected a whole number from 0 to 5"),
    }
}
