//! `POST` and `PATCH /connections/metadata`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use syncline_domain::{ConnectionName, IntegrationKey};
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::issue::read_value;
use crate::openapi::{ConnectionIdText, Error, IntegrationKeyText};
use crate::query::Repeated;
use crate::state::App;

/// Metadata for one connection or several. Also the answer: clients expect what they sent.
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(as = ConnectionMetadata)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    /// One id, or several
    #[schema(value_type = OneOrMore)]
    connection_id: Value,
    #[schema(value_type = IntegrationKeyText)]
    provider_config_key: IntegrationKey,
    /// Any object
    #[schema(value_type = Object)]
    metadata: Box<RawValue>,
}

/// One id, or several.
#[derive(Serialize, ToSchema)]
#[schema(as = ConnectionIds)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes what `write` reads by hand")]
enum OneOrMore {
    One(ConnectionIdText),
    More(Vec<ConnectionIdText>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Set,
    Merge,
}

/// Set metadata
///
/// Replaces the metadata of one connection or several, all or none.
#[utoipa::path(
    post,
    path = "/connections/metadata",
    operation_id = "setMetadata",
    tag = "connections",
    request_body(
        content = Body,
        example = json!({ "connection_id": "f3f62f2e-6c3f-4bd3-9d5c-1a8d8a4c3b52", "provider_config_key": "github", "metadata": { "team": "core" } })
    ),
    responses(
        (status = 201, description = "What was sent", body = Body),
        (status = 404, description = "A connection or the integration does not exist; nothing was changed", body = Error)
    )
)]
pub(crate) async fn set(State(app): State<Arc<App>>, caller: Caller, JsonBody(body): JsonBody<Body>) -> Result<Response, ApiError> {
    write(&app, &caller, body, Mode::Set).await
}

/// Merge metadata
///
/// Merges top-level keys into the metadata of one connection or several, all or none.
#[utoipa::path(
    patch,
    path = "/connections/metadata",
    operation_id = "updateMetadata",
    tag = "connections",
    request_body(
        content = Body,
        example = json!({ "connection_id": ["f3f62f2e-6c3f-4bd3-9d5c-1a8d8a4c3b52"], "provider_config_key": "github", "metadata": { "team": "core" } })
    ),
    responses(
        (status = 200, description = "What was sent", body = Body),
        (status = 404, description = "A connection or the integration does not exist; nothing was changed", body = Error)
    )
)]
pub(crate) async fn merge(State(app): State<Arc<App>>, caller: Caller, JsonBody(body): JsonBody<Body>) -> Result<Response, ApiError> {
    write(&app, &caller, body, Mode::Merge).await
}

async fn write(app: &App, caller: &Caller, body: Body, mode: Mode) -> Result<Response, ApiError> {
    caller.require("environment:connections:update")?;
    let metadata = object(&body.metadata)?;
    let wrong = |problem: String| ApiError::invalid_body(&["connection_id"], problem);
    let Repeated(names) = read_value(body.connection_id.clone()).map_err(|issue| wrong(issue.to_string()))?;
    let names: Vec<ConnectionName> =
        names.into_iter().map(ConnectionName::new).collect::<Result<_, _>>().map_err(|defect| wrong(defect.to_string()))?;
    let (connections, environment, now) = (app.store.connections(), caller.environment(), app.clock.now());
    let unknown = match mode {
        Mode::Set => connections.set_metadata(environment, &body.provider_config_key, &names, &metadata, now).await?,
        Mode::Merge => connections.merge_metadata(environment, &body.provider_config_key, &names, &metadata, now).await?,
    };
    if let Some(name) = unknown.first() {
        let message = format!("connection `{name}` does not exist in integration `{}`; nothing was changed", body.provider_config_key);
        return Err(ApiError::new(StatusCode::NOT_FOUND, "unknown_connection", message));
    }
    let status = if mode == Mode::Set { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(body)).into_response())
}

/// The text of a JSON object.
pub(super) fn object(json: &RawValue) -> Result<String, ApiError> {
    if json.get().starts_with('{') { Ok(json.get().to_owned()) } else { Err(ApiError::invalid_body(&["metadata"], "expected an object")) }
}
