//! `POST /connect/sessions/reconnect`

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use syncline_connect::NewSession;
use syncline_domain::{ConnectionName, ConnectionRef, IntegrationKey, Tags};

use super::create::open;
use super::settings::{self, DefaultsBody, OrganizationBody, OverridesBody};
use crate::auth::Caller;
use crate::body::JsonBody;
use crate::connections::end_user::{self, EndUserBody};
use crate::connections::{tags, webhook_url};
use crate::error::ApiError;
use crate::state::App;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    connection_id: ConnectionName,
    integration_id: IntegrationKey,
    #[serde(default)]
    integrations_config_defaults: BTreeMap<String, DefaultsBody>,
    #[serde(default)]
    end_user: Option<EndUserBody>,
    #[serde(default)]
    organization: Option<OrganizationBody>,
    #[serde(default)]
    overrides: BTreeMap<String, OverridesBody>,
    #[serde(default)]
    webhook_url_override: Option<String>,
    #[serde(default)]
    tags: Option<Tags>,
    #[serde(default)]
    return_to: Option<String>,
}

/// Opens a session that authorizes one connection again. What is not given stays as the connection has it. 201
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
