//! `POST /functions/invocations`

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use syncline_domain::{FunctionKind, FunctionName};
use utoipa::ToSchema;

use super::built;
use crate::actions::run;
use crate::auth::Caller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::state::App;

/// A function to run on a connection.
#[derive(Deserialize, ToSchema)]
#[schema(as = Invocation)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    integration_id: String,
    connection_id: String,
    /// Name of an action
    #[schema(value_type = String, pattern = "^[a-zA-Z0-9_-]+$", max_length = 255)]
    name: FunctionName,
    #[serde(default)]
    #[schema(value_type = Option<Value>)]
    input: Option<Box<RawValue>>,
    #[schema(inline)]
    invocation_type: InvocationType,
    /// None are known
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    options: Option<Map<String, Value>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum InvocationType {
    Wait,
    NoWait,
}

/// Invoke a function
///
/// Runs an action and answers with its output, as `POST /action/trigger` does; it fails as that does. 404 `unknown_function` where no function
/// of the name is deployed.
#[utoipa::path(
    post,
    path = "/functions/invocations",
    operation_id = "invokeFunction",
    tag = "functions",
    request_body = Body,
    responses((status = 200, description = "The action's output: any JSON value", body = Value))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, JsonBody(body): JsonBody<Body>) -> Result<Response, ApiError> {
    caller.require("environment:functions:invocations")?;
    if let Some(option) = body.options.as_ref().and_then(|options| options.keys().next()) {
        return Err(ApiError::invalid_body(&["options", option], "is no option of this server; leave `options` out"));
    }
    if body.invocation_type == InvocationType::NoWait {
        let message = "is not possible here; `POST /action/trigger` with the header `X-Async: true` runs an action while nobody waits";
        return Err(ApiError::invalid_body(&["invocation_type"], message));
    }
    let integration = built::integration(&app, &caller, &body.integration_id).await?;
    let connection = built::connection(&app, &caller, &integration, &body.connection_id).await?;
    let functions = app.store.functions();
    if functions.lookup_by_name(integration.id, FunctionKind::Action, &body.name).await?.is_none() {
        if functions.lookup_by_name(integration.id, FunctionKind::Sync, &body.name).await?.is_some() {
            return Err(ApiError::invalid_body(&["name"], "is a sync; `POST /sync/trigger` runs it"));
        }
        let message = format!("no function `{}` is deployed to integration `{}`", body.name, integration.key);
        return Err(ApiError::new(StatusCode::NOT_FOUND, "unknown_function", message));
    }
    let action = run::find(&app, &connection, &body.name).await?;
    let output = run::run(&app, &connection, &action, body.input.as_deref()).await?;
    Ok(([(CONTENT_TYPE, "application/json")], output).into_response())
}
