//! `POST /connections`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use syncline_connect::{ConnectError, ImportConnection};
use syncline_domain::{ConnectionName, Credentials, IntegrationKey, Tags};

use crate::auth::Caller;
use crate::body::JsonBody;
use crate::connections::end_user::{self, EndUserBody};
use crate::connections::{metadata, tags, webhook_url, wire};
use crate::error::ApiError;
use crate::state::App;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    provider_config_key: IntegrationKey,
    #[serde(default)]
    connection_id: Option<ConnectionName>,
    #[serde(default)]
    metadata: Option<Box<RawValue>>,
    #[serde(default)]
    connection_config: Map<String, Value>,
    #[serde(default)]
    webhook_url_override: Option<String>,
    credentials: Map<String, Value>,
    #[serde(default)]
    end_user: Option<EndUserBody>,
    #[serde(default)]
    tags: Tags,
}

/// Makes a connection from credentials that the caller has, or gives an existing one new credentials. 201
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, JsonBody(body): JsonBody<Body>) -> Result<Response, ApiError> {
    caller.require("environment:connections:create")?;
    let credentials = Credentials::from_wire(&body.credentials)
        .map_err(|defect| ApiError::invalid_body(&["credentials", defect.field], defect.message))?;
    let shown = credentials.to_wire_exposed();
    let end_user = body.end_user.map(EndUserBody::check).transpose()?;
    let import = ImportConnection {
        integration: body.provider_config_key,
        connection: body.connection_id,
        credentials,
        connection_config: body.connection_config,
        metadata: body.metadata.as_deref().map(metadata::object).transpose()?,
        tags: end_user::tagged(tags::check(body.tags)?, end_user.as_ref()),
        end_user,
        webhook_url_override: body.webhook_url_override.as_deref().map(webhook_url::check).transpose()?.flatten(),
    };
    let row = app.connect.import(caller.environment(), import).await.map_err(|error| match error {
        ConnectError::UnknownIntegration { .. } => ApiError::not_found(error.to_string()),
        other => other.into(),
    })?;
    let mut shown = if caller.may("environment:connections:read_credentials") { shown } else { json!({}) };
    wire::without_refresh_tokens(&mut shown);
    Ok((StatusCode::CREATED, Json(wire::full(&row, shown))).into_response())
}
