//! `POST /connection`: an import with its credentials beside everything else, as old clients write it. Wire contract 1.11.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use syncline_connect::ImportConnection;
use syncline_domain::{AuthMode, ConnectionName, Credentials, IntegrationKey};
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::body::JsonBody;
use crate::connections::{import, metadata};
use crate::error::ApiError;
use crate::issue::{Unreadable, read_json};
use crate::openapi::{ConnectionIdText, IntegrationKeyText};
use crate::state::App;

/// What a body has besides credentials.
const FRAME: [&str; 4] = ["provider_config_key", "connection_id", "metadata", "connection_config"];

/// Which of the two forms a body has.
#[derive(Deserialize)]
struct Probe {
    #[serde(default)]
    credentials: Option<IgnoredAny>,
}

/// A connection as old clients write it: the credentials' fields lie beside the others. Which are needed is the provider's auth mode's to say.
#[derive(Deserialize, ToSchema)]
#[schema(as = LegacyConnection)]
pub(crate) struct Flat {
    #[schema(value_type = IntegrationKeyText)]
    provider_config_key: IntegrationKey,
    #[serde(default)]
    #[schema(value_type = Option<ConnectionIdText>)]
    connection_id: Option<ConnectionName>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    metadata: Option<Box<RawValue>>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    connection_config: Option<Map<String, Value>>,
}

/// Import a connection as old clients do
///
/// Takes the body of `POST /connections` too, and answers as that does. The old form is answered with what was sent, and with the new
/// connection's id where none was sent.
#[utoipa::path(
    post,
    path = "/connection",
    operation_id = "importLegacyConnection",
    tag = "connections",
    request_body = Flat,
    responses((status = 201, description = "What was sent, with the connection's id", body = Object))
)]
pub(crate) async fn handle(state: State<Arc<App>>, caller: Caller, JsonBody(body): JsonBody<Box<RawValue>>) -> Result<Response, ApiError> {
    let Probe { credentials } = read(&body)?;
    if credentials.is_some() {
        return import::handle(state, caller, JsonBody(read(&body)?)).await;
    }
    caller.require("environment:connections:create")?;
    let State(app) = state;
    let flat: Flat = read(&body)?;
    let integration = app.store.integrations().lookup(caller.environment(), &flat.provider_config_key).await?;
    let integration = integration.ok_or_else(|| ApiError::unknown_integration(flat.provider_config_key.as_str()))?;
    let entry = app.catalogue.get(&integration.provider);
    let mode = entry.and_then(|entry| AuthMode::parse(entry.auth.mode())).ok_or_else(|| {
        ApiError::bad_request("unknown_provider_template", format!("provider `{}` is no longer in the catalogue", integration.provider))
    })?;
    let import = ImportConnection {
        integration: flat.provider_config_key,
        connection: flat.connection_id,
        credentials: credentials_of(mode, read(&body)?)?,
        connection_config: flat.connection_config.unwrap_or_default(),
        metadata: flat.metadata.as_deref().map(metadata::object).transpose()?,
        tags: syncline_domain::Tags::new(),
        end_user: None,
        webhook_url_override: None,
    };
    let row = app.connect.import(caller.environment(), import).await?;
    let mut echo: Map<String, Value> = read(&body)?;
    echo.insert("connection_id".to_owned(), json!(row.name));
    Ok((StatusCode::CREATED, Json(echo)).into_response())
}

fn read<T: serde::de::DeserializeOwned>(body: &RawValue) -> Result<T, ApiError> {
    read_json(body.get().as_bytes()).map_err(|unreadable| match unreadable {
        Unreadable::Syntax(problem) => ApiError::bad_request("invalid_json", problem),
        Unreadable::Data(issue) => ApiError::invalid("invalid_body", issue),
    })
}

/// The credentials' fields under their present names.
fn credentials_of(mode: AuthMode, mut fields: Map<String, Value>) -> Result<Credentials, ApiError> {
    for name in FRAME {
        fields.remove(name);
    }
    let endless = fields.remove("no_expiration").is_some_and(|flag| flag == true || flag == "true");
    if mode == AuthMode::ApiKey
        && let Some(key) = fields.remove("api_key")
    {
        fields.insert("apiKey".to_owned(), key);
    }
    let names = match mode {
        AuthMode::Oauth2 => Some(("access_token", "missing_access_token")),
        AuthMode::Oauth1 => Some(("oauth_token", "missing_access_token")),
        AuthMode::ApiKey => Some(("apiKey", "missing_api_key")),
        AuthMode::Basic => Some(("username", "missing_basic_username")),
        AuthMode::App => Some(("installation_id", "missing_installation_id")),
        _ => None,
    };
    if let Some((name, code)) = names
        && fields.get(name).is_none_or(|value| value.is_null() || value == "")
    {
        let name = if name == "apiKey" { "api_key" } else { name };
        return Err(ApiError::bad_request(code, format!("the body has no `{name}`")));
    }
    // Old clients must say when a token that can be refreshed ends, or that it does not.
    if mode == AuthMode::Oauth2 && fields.contains_key("refresh_token") && !fields.contains_key("expires_at") && !endless {
        let message = "the body has no `expires_at`; say `no_expiration: true` where the token does not expire";
        return Err(ApiError::bad_request("missing_expires_at", message));
    }
    if endless {
        fields.remove("expires_at");
    }
    fields.insert("type".to_owned(), mode.as_str().into());
    Credentials::from_wire(&fields).map_err(|defect| match defect.field {
        "expires_at" => ApiError::bad_request("invalid_expires_at", defect.message),
        field => ApiError::invalid_body(&[field], defect.message),
    })
}
