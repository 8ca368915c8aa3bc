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
use syncline_domain::{ConnectionName, Credentials, IntegrationKey, OperationKind, Tags};
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::body::JsonBody;
use crate::connections::credentials::GivenCredentials;
use crate::connections::end_user::{self, EndUserBody};
use crate::connections::wire::Full;
use crate::connections::{metadata, tags, webhook_url, wire};
use crate::error::ApiError;
use crate::openapi::{ConnectionIdText, IntegrationKeyText};
use crate::state::App;

/// A connection to make.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewConnection)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    #[schema(value_type = IntegrationKeyText)]
    provider_config_key: IntegrationKey,
    /// A new one where it is left out; the connection that has it gets the new credentials
    #[serde(default)]
    #[schema(value_type = Option<ConnectionIdText>)]
    connection_id: Option<ConnectionName>,
    /// Any object
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    metadata: Option<Box<RawValue>>,
    /// Values of the provider's own fields
    #[serde(default)]
    #[schema(value_type = Object)]
    connection_config: Map<String, Value>,
    /// Where webhooks about the connection go instead of the environment's address: an absolute http or https URL
    #[serde(default)]
    webhook_url_override: Option<String>,
    #[schema(value_type = GivenCredentials)]
    credentials: Map<String, Value>,
    #[serde(default)]
    end_user: Option<EndUserBody>,
    /// At most ten. A key is a letter, then letters, digits and `_ - . /`, 64 characters at most, kept in lower case; a value has 1 to 255
    /// characters
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>)]
    tags: Tags,
}

/// Import a connection
///
/// Makes a connection from credentials that the caller has, or gives an existing one new credentials. The provider is asked whether they
/// work, where its entry says how.
#[utoipa::path(
    post,
    path = "/connections",
    operation_id = "importConnection",
    tag = "connections",
    request_body(
        content = Body,
        example = json!({
            "provider_config_key": "github",
            "connection_id": "f3f62f2e-6c3f-4bd3-9d5c-1a8d8a4c3b52",
            "credentials": { "type": "OAUTH2", "access_token": "gho_16C7e42F292c6912E7710c838347Ae178B4a" }
        })
    ),
    responses((status = 201, description = "The connection", body = Full<'static>))
)]
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
    let note = app.operation(caller.environment(), OperationKind::AuthCreateConnection).by(&caller).of(&import.integration);
    let row = match app.connect.import(caller.environment(), import).await {
        Ok(row) => row,
        Err(error) => {
            note.failed(&app, format!("not imported: {error}"), error.code(), &error.to_string());
            return Err(match error {
                ConnectError::UnknownIntegration { .. } => ApiError::not_found(error.to_string()),
                other => other.into(),
            });
        }
    };
    note.on(&row.name).succeeded(&app, "imported".to_owned(), &json!({}));
    let mut shown = if caller.may("environment:connections:read_credentials") { shown } else { json!({}) };
    wire::without_refresh_tokens(&mut shown);
    Ok((StatusCode::CREATED, Json(wire::full(&row, shown))).into_response())
}
