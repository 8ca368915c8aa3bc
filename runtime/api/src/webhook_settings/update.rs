//! `PATCH /environment/webhooks`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use syncline_store::WebhookSettingsPatch;
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::openapi::Envelope;
use crate::state::App;
use crate::webhook_settings::{address, wire};

/// What to change.
#[derive(Deserialize, ToSchema)]
#[schema(as = WebhookSettingsPatch)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    #[serde(default)]
    /// An http or https URL without credentials; `null` or `""` removes it
    #[schema(value_type = Option<String>, max_length = 2048)]
    primary_url: Address,
    #[serde(default)]
    /// Alike
    #[schema(value_type = Option<String>, max_length = 2048)]
    secondary_url: Address,
    #[serde(default)]
    on_auth_creation: Option<bool>,
    #[serde(default)]
    on_auth_refresh_error: Option<bool>,
    #[serde(default)]
    on_async_action_completion: Option<bool>,
    #[serde(default)]
    on_sync_completion_always: Option<bool>,
    #[serde(default)]
    on_sync_error: Option<bool>,
}

/// Change the webhook settings
///
/// Changes what is given; `null` or `""` removes an address.
#[utoipa::path(
    patch,
    path = "/environment/webhooks",
    operation_id = "updateWebhookSettings",
    tag = "environments",
    request_body = Body,
    responses((status = 200, description = "The settings as they are now", body = Envelope<wire::Settings>))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, JsonBody(body): JsonBody<Body>) -> Result<Json<Value>, ApiError> {
    caller.require("environment:webhooks:update")?;
    let patch = WebhookSettingsPatch {
        primary_url: checked("primary_url", body.primary_url)?,
        secondary_url: checked("secondary_url", body.secondary_url)?,
        on_auth_creation: body.on_auth_creation,
        on_auth_refresh_error: body.on_auth_refresh_error,
        on_async_action_completion: body.on_async_action_completion,
        on_sync_completion_always: body.on_sync_completion_always,
        on_sync_error: body.on_sync_error,
    };
    let settings = app.store.webhook_settings().set(caller.environment(), patch).await?;
    Ok(Json(json!({ "data": wire::settings(&settings, app.clock.now()) })))
}

/// An address that was given: outer `None` where it was not, inner `None` where it is to be removed.
#[derive(Default)]
struct Address(PatchOf<String>);

/// As the store takes it.
type PatchOf<T> = Option<Option<T>>;

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(|url| Self(Some(url)))
    }
}

fn checked(name: &str, Address(url): Address) -> Result<PatchOf<String>, ApiError> {
    let Some(url) = url else { return Ok(None) };
    let url = url.filter(|url: &String| !url.is_empty());
    match url.as_deref().and_then(address::problem) {
        Some(problem) => Err(ApiError::invalid_body(&[name], problem)),
        None => Ok(Some(url)),
    }
}
