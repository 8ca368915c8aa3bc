//! `POST /action/trigger`

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use serde_json::value::RawValue;
use syncline_domain::FunctionName;
use utoipa::{IntoParams, ToSchema};

use crate::actions::accept::{self, Accepted, Manner};
use crate::actions::run;
use crate::addressed::{Address, Addressed};
use crate::auth::Caller;
use crate::body::JsonBody;
use crate::connections::find;
use crate::error::ApiError;
use crate::query::Query;
use crate::state::App;

/// Unknown fields are ignored here, unlike elsewhere: contract 11.2 A1.
#[derive(Deserialize, ToSchema)]
#[schema(as = TriggerAction)]
pub(crate) struct Body {
    /// The action's name
    #[schema(value_type = String)]
    action_name: FunctionName,
    /// What the action gets: any JSON; `{}` where it is left out or `null`
    #[serde(default)]
    #[schema(value_type = Option<serde_json::Value>)]
    input: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoParams {}

/// When the action runs.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes what `Manner` reads by hand")]
pub(crate) struct When {
    /// `true` answers 202 at once; the action runs later, and its result is at `GET /action/{id}`
    #[param(rename = "X-Async", required = false)]
    is_async: Option<bool>,
    /// For an asynchronous action: how often it is tried again when it fails
    #[param(rename = "X-Max-Retries", required = false, minimum = 0, maximum = 5)]
    max_retries: Option<u8>,
}

/// Trigger an action
///
/// Runs the action and answers with its output, as the action wrote it. With `X-Async: true` the action is accepted: it runs after those of
/// the same connection that were accepted before it, at least once. The `async_action` webhook tells of its end.
#[utoipa::path(
    post,
    path = "/action/trigger",
    operation_id = "triggerAction",
    tag = "actions",
    params(Address, When),
    request_body = Body,
    responses(
        (status = 200, description = "The action's output: any JSON", body = serde_json::Value),
        (status = 202, description = "The action was accepted, and is on disk", body = Accepted,
            headers(("Location" = String, description = "Where its result will be"))),
        (status = 410, description = "The run was cancelled", body = crate::openapi::Error),
        (status = 424, description = "The provider answered with an error", body = crate::openapi::Error),
    )
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(NoParams {}): Query<NoParams>,
    headers: HeaderMap,
    Addressed(of): Addressed,
    JsonBody(body): JsonBody<Body>,
) -> Result<Response, ApiError> {
    caller.require("environment:actions:execute")?;
    let manner = Manner::of(&headers)?;
    let connection = find::addressed(&app, caller.environment(), &of).await?;
    let action = run::find(&app, &connection, &body.action_name).await?;
    if manner.is_async {
        return accept::accept(&app, connection, &action, body.input.as_deref(), &manner).await;
    }
    let output = run::run(&app, &connection, &action, body.input.as_deref()).await?;
    Ok(([(CONTENT_TYPE, "application/json")], output).into_response())
}
