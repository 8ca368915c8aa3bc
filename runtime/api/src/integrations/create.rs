//! `POST /integrations`

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use syncline_connect::CreateIntegration;
use syncline_domain::IntegrationKey;
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::body::{JsonBody, storable};
use crate::error::ApiError;
use crate::integrations::settings::{self, ClientBody};
use crate::integrations::wire::{self, ClientSettings, Integration};
use crate::openapi::{Envelope, IntegrationKeyText};
use crate::state::App;

/// An integration to make.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewIntegration)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    /// Key of a provider in the catalogue
    #[schema(example = "github")]
    provider: String,
    /// Key of the new integration: letters, digits and `~ : . @ _ -` or a space, up to 255
    #[schema(value_type = IntegrationKeyText)]
    unique_key: IntegrationKey,
    /// For people; the provider's where it is left out
    #[serde(default)]
    display_name: Option<String>,
    /// Whether webhooks of the provider reach your backend
    #[serde(default)]
    forward_webhooks: Option<bool>,
    /// The client that the provider knows you by
    #[serde(default)]
    #[schema(value_type = Option<ClientSettings>)]
    credentials: Option<ClientBody>,
    /// Values of the provider's own fields
    #[serde(default)]
    integration_config: Option<BTreeMap<String, String>>,
    /// Free texts of yours
    #[serde(default)]
    custom: Option<BTreeMap<String, String>>,
}

/// Make an integration
///
/// Webhooks are forwarded unless the caller says otherwise.
#[utoipa::path(
    post,
    path = "/integrations",
    operation_id = "createIntegration",
    tag = "integrations",
    request_body(
        content = Body,
        example = json!({
            "provider": "github", "unique_key": "github",
            "credentials": { "type": "OAUTH2", "client_id": "Iv1.8a61f9b3a7aba766", "client_secret": "...", "scopes": "repo,user" }
        })
    ),
    responses((status = 200, description = "The new integration", body = Envelope<Integration>))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, JsonBody(body): JsonBody<Body>) -> Result<Json<Value>, ApiError> {
    caller.require("environment:integrations:create")?;
    storable(&["display_name"], body.display_name.as_deref().unwrap_or_default())?;
    let entry = app
        .catalogue
        .get(&body.provider)
        .ok_or_else(|| ApiError::invalid_body(&["provider"], format!("provider `{}` is not in the catalogue", body.provider)))?;
    let credentials = settings::sealed(entry, None, body.credentials, body.integration_config)?;
    let new = CreateIntegration {
        provider: body.provider,
        key: body.unique_key,
        display_name: body.display_name,
        credentials,
        custom: body.custom.map(|custom| json!(custom)),
        forward_webhooks: body.forward_webhooks.unwrap_or(true),
    };
    let row = app.connect.create_integration(caller.environment(), new).await?;
    Ok(Json(json!({ "data": wire::integration(&app, &row) })))
}
