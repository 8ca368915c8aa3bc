//! `POST /connect/sessions`

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use syncline_connect::{ConnectError, NewSession};
use syncline_domain::{EnvironmentId, IntegrationKey, Tags};

use super::settings::{self, DefaultsBody, OrganizationBody, OverridesBody};
use crate::auth::Caller;
use crate::body::JsonBody;
use crate::connections::end_user::{self, EndUserBody};
use crate::connections::{tags, webhook_url};
use crate::error::ApiError;
use crate::issue::Issue;
use crate::state::App;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    #[serde(default)]
    end_user: Option<EndUserBody>,
    #[serde(default)]
    organization: Option<OrganizationBody>,
    #[serde(default)]
    allowed_integrations: Option<Vec<String>>,
    #[serde(default)]
    integrations_config_defaults: BTreeMap<String, DefaultsBody>,
    #[serde(default)]
    overrides: BTreeMap<String, OverridesBody>,
    #[serde(default)]
    webhook_url_override: Option<String>,
    #[serde(default)]
    tags: Option<Tags>,
    #[serde(default)]
    return_to: Option<String>,
}

/// Opens a session for half an hour. 201
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, JsonBody(body): JsonBody<Body>) -> Result<Response, ApiError> {
    caller.require("environment:connect_sessions:write")?;
    let tags = body.tags.map(tags::check).transpose()?.unwrap_or_default();
    if body.end_user.is_none() && tags.is_empty() {
        let message = "say whose connection it will be: give `end_user`, or `tags` by which you will find it again";
        return Err(ApiError::invalid("invalid_body", Issue::new("invalid_type", &["end_user"], message)));
    }
    let end_user = settings::end_user(body.end_user, body.organization)?;
    let (settings, old_webhook_url) = settings::check(body.integrations_config_defaults, body.overrides, body.return_to.as_deref())?;
    let webhook_url = body.webhook_url_override.or(old_webhook_url);
    let new = NewSession {
        tags: end_user::tagged(tags, end_user.as_ref()),
        end_user,
        allowed_integrations: body.allowed_integrations.map(allowed).transpose()?,
        settings,
        webhook_url_override: webhook_url.as_deref().map(webhook_url::check).transpose()?.flatten(),
        reconnect: None,
    };
    open(&app, caller.environment(), new).await
}

/// The keys; a text that is no key is an integration that does not exist.
fn allowed(keys: Vec<String>) -> Result<Vec<IntegrationKey>, ApiError> {
    if keys.is_empty() {
        let message = "name at least one integration, or leave the list out to allow all";
        return Err(ApiError::invalid("invalid_body", Issue::new("too_small", &["allowed_integrations"], message)));
    }
    let key = |(at, key): (usize, String)| {
        IntegrationKey::new(key).map_err(|_| no_integration(&["allowed_integrations".to_owned(), at.to_string()]))
    };
    keys.into_iter().enumerate().map(key).collect()
}

/// Opens the session and answers with its token, which is shown this once.
pub(super) async fn open(app: &App, environment: EnvironmentId, new: NewSession) -> Result<Response, ApiError> {
    let created = app.connect.create_session(environment, new).await.map_err(|error| match error {
        ConnectError::SessionIntegration { path } => no_integration(&path),
        ConnectError::UnknownConnection => ApiError::invalid_body(&["connection_id"], "ConnectionID or IntegrationId does not exists"),
        other => other.into(),
    })?;
    let token = created.token.expose();
    let mut link = app.url("connect/");
    link.query_pairs_mut().append_pair("session_token", token);
    let data = json!({ "token": token, "connect_link": link, "expires_at": created.expires_at });
    Ok((StatusCode::CREATED, Json(json!({ "data": data }))).into_response())
}

fn no_integration(path: &[String]) -> ApiError {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    ApiError::invalid_body(&path, "Integration does not exist")
}
