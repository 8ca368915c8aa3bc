//! `POST /connect/sessions/reconnect`

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use syncline_connect::NewSession;
use syncline_domain::{ConnectionName, ConnectionRef, IntegrationKey, Tags};
use utoipa::ToSchema;

use super::create::{Opened, open};
use super::settings::{self, DefaultsBody, OrganizationBody, OverridesBody};
use crate::auth::Caller;
use crate::body::JsonBody;
use crate::connections::end_user::{self, EndUserBody};
use crate::connections::{tags, webhook_url};
use crate::error::ApiError;
use crate::openapi::{ConnectionIdText, Envelope, IntegrationKeyText};
use crate::state::App;

/// A session that authorizes one connection again.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewReconnectSession)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    #[schema(value_type = ConnectionIdText)]
    connection_id: ConnectionName,
    #[schema(value_type = IntegrationKeyText)]
    integration_id: IntegrationKey,
    /// By key of an integration
    #[serde(default)]
    integrations_config_defaults: BTreeMap<String, DefaultsBody>,
    /// Whose connection it will be
    #[serde(default)]
    end_user: Option<EndUserBody>,
    /// Of the end user, who has to be given too
    #[serde(default)]
    organization: Option<OrganizationBody>,
    /// By key of an integration
    #[serde(default)]
    overrides: BTreeMap<String, OverridesBody>,
    /// Where webhooks about the connection go instead of the environment's address
    #[serde(default)]
    #[schema(format = "uri")]
    webhook_url_override: Option<String>,
    /// At most ten. A key is a letter, then letters, digits and `_ - . /`, 64 characters at most, kept in lower case; a value has 1 to 255
    /// characters
    #[serde(default)]
    #[schema(value_type = Option<BTreeMap<String, String>>)]
    tags: Option<Tags>,
    /// Where a browser that nobody waits for goes at the end: an absolute http or https URL
    #[serde(default)]
    #[schema(format = "uri")]
    return_to: Option<String>,
}

/// Open a session for a connection that exists
///
/// The user authorizes it again. What is not given stays as the connection has it.
#[utoipa::path(
    post,
    path = "/connect/sessions/reconnect",
    operation_id = "createReconnectSession",
    tag = "connect",
    request_body(
        content = Body,
        example = json!({ "connection_id": "f3f62f2e-6c3f-4bd3-9d5c-1a8d8a4c3b52", "integration_id": "github" })
    ),
    responses((status = 201, description = "The session", body = Envelope<Opened>))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, JsonBody(body): JsonBody<Body>) -> Result<Response, ApiError> {
    caller.require("environment:connect_sessions:write")?;
    let tags = body.tags.map(tags::check).transpose()?.unwrap_or_default();
    let end_user = settings::end_user(body.end_user, body.organization)?;
    let (settings, old_webhook_url) = settings::check(body.integrations_config_defaults, body.overrides, body.return_to.as_deref())?;
    let webhook_url = body.webhook_url_override.or(old_webhook_url);
    let new = NewSession {
        tags: end_user::tagged(tags, end_user.as_ref()),
        end_user,
        allowed_integrations: None,
        settings,
        webhook_url_override: webhook_url.as_deref().map(webhook_url::check).transpose()?.flatten(),
        reconnect: Some(ConnectionRef { integration: body.integration_id, connection: body.connection_id }),
    };
    open(&app, caller.environment(), new).await
}
