//! `PATCH /integrations/:key`

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};
use syncline_domain::{IntegrationKey, Secret};
use syncline_store::{ConnectionFilter, Constraint, Error as StoreError, IntegrationPatch};
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::body::{JsonBody, storable};
use crate::error::ApiError;
use crate::integrations::settings::{self, ClientBody};
use crate::integrations::wire::{ClientSettings, Integration};
use crate::integrations::{find, wire};
use crate::openapi::{Envelope, IntegrationKeyText};
use crate::state::App;

/// What to change.
#[derive(Deserialize, ToSchema)]
#[schema(as = IntegrationChange)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    /// A new key; only while the integration has no connections
    #[serde(default)]
    #[schema(value_type = Option<IntegrationKeyText>)]
    unique_key: Option<IntegrationKey>,
    /// For people
    #[serde(default)]
    display_name: Option<String>,
    /// Whether webhooks of the provider reach your backend
    #[serde(default)]
    forward_webhooks: Option<bool>,
    /// The client, all of it: it replaces the one before
    #[serde(default)]
    #[schema(value_type = Option<ClientSettings>)]
    credentials: Option<ClientBody>,
    /// Values of the provider's own fields; others stay
    #[serde(default)]
    integration_config: Option<BTreeMap<String, String>>,
    /// Free texts, all of them
    #[serde(default)]
    custom: Option<BTreeMap<String, String>>,
}

/// Change an integration
///
/// Changes what is given. The key can change only while no connection is known by it.
#[utoipa::path(
    patch,
    path = "/integrations/{key}",
    operation_id = "updateIntegration",
    tag = "integrations",
    params(("key" = String, Path, description = "Key of the integration", example = "github")),
    request_body(content = Body, example = json!({ "display_name": "GitHub for engineers" })),
    responses((status = 200, description = "The integration as it is now", body = Envelope<Integration>))
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(key): Path<String>,
    JsonBody(body): JsonBody<Body>,
) -> Result<Json<Value>, ApiError> {
    caller.require("environment:integrations:update")?;
    storable(&["display_name"], body.display_name.as_deref().unwrap_or_default())?;
    let row = find::integration(&app, caller.environment(), &key).await?;
    let credentials = if body.credentials.is_some() || body.integration_config.is_some() {
        let unknown =
            || ApiError::bad_request("missing_provider_template", format!("provider `{}` is no longer in the catalogue", row.provider));
        let entry = app.catalogue.get(&row.provider).ok_or_else(unknown)?;
        settings::sealed(entry, row.credentials.as_ref(), body.credentials, body.integration_config)?
    } else {
        None
    };
    let new_key = body.unique_key.filter(|new| *new != row.key);
    if new_key.is_some() {
        let connected = ConnectionFilter { integrations: vec![row.key.clone()], limit: 1, ..ConnectionFilter::default() };
        if !app.store.connections().list(caller.environment(), connected).await?.is_empty() {
            return Err(ApiError::invalid_body(&["unique_key"], "cannot change while the integration has connections"));
        }
    }
    let patch = IntegrationPatch {
        key: new_key,
        display_name: body.display_name.map(Some),
        credentials: credentials.map(|settings| Secret::new(settings.to_string())),
        custom: body.custom.map(|custom| json!(custom).to_string()),
        forward_webhooks: body.forward_webhooks,
        now: app.clock.now(),
    };
    let row = app
        .store
        .integrations()
        .update(row.id, patch)
        .await
        .map_err(|error| match error {
            StoreError::Conflict { constraint: Constraint::Integration } => ApiError::invalid_body(&["unique_key"], "the key is taken"),
            other => other.into(),
        })?
        .ok_or_else(|| ApiError::not_found(format!("integration `{key}` does not exist")))?;
    Ok(Json(json!({ "data": wire::integration(&app, &row) })))
}
