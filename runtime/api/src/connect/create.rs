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
use utoipa::ToSchema;

use super::settings::{self, DefaultsBody, OrganizationBody, OverridesBody};
use crate::auth::Caller;
use crate::body::JsonBody;
use crate::connections::end_user::{self, EndUserBody};
use crate::connections::{tags, webhook_url};
use crate::error::ApiError;
use crate::issue::Issue;
use crate::openapi::Envelope;
use crate::state::App;

/// A connect session to open: `end_user`, or `tags`, or both.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewConnectSession)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    /// Whose connection it will be
    #[serde(default)]
    end_user: Option<EndUserBody>,
    /// Of the end user, who has to be given too
    #[serde(default)]
    organization: Option<OrganizationBody>,
    /// Keys of the integrations that may be connected; all where it is left out
    #[serde(default)]
    #[schema(min_items = 1)]
    allowed_integrations: Option<Vec<String>>,
    /// By key of an integration
    #[serde(default)]
    integrations_config_defaults: BTreeMap<String, DefaultsBody>,
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

/// A connect session that was opened.
#[derive(ToSchema)]
#[schema(as = CreatedConnectSession)]
#[expect(dead_code, reason = "describes JSON that `open` writes by hand")]
pub(super) struct Opened {
    /// For the browser; shown this once
    #[schema(pattern = "^nango_connect_session_[0-9a-f]{64}$")]
    token: String,
    /// The page on which the user connects
    #[schema(format = "uri")]
    connect_link: String,
    #[schema(format = DateTime)]
    expires_at: String,
}

/// Open a connect session
///
/// A session lasts for half an hour and makes one connection. Hand its `token` to the browser, or send the browser to `connect_link`.
#[utoipa::path(
    post,
    path = "/connect/sessions",
    operation_id = "createConnectSession",
    tag = "connect",
    request_body(
        content = Body,
        example = json!({ "end_user": { "id": "user-1", "email": "ada@example.com" }, "tags": { "plan": "gold" } })
    ),
    responses((status = 201, description = "The session", body = Envelope<Opened>))
)]
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
