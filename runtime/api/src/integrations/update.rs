//! `PATCH /integrations/:key`

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};
use syncline_domain::{IntegrationKey, Secret};
use syncline_store::{ConnectionFilter, Constraint, Error as StoreError, IntegrationPatch};

use crate::auth::Caller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::integrations::settings::{self, ClientBody};
use crate::integrations::{find, wire};
use crate::state::App;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    #[serde(default)]
    unique_key: Option<IntegrationKey>,
    #[serde(default)]
    display_name: Option<String>,
    #[serde(default)]
    forward_webhooks: Option<bool>,
    #[serde(default)]
    credentials: Option<ClientBody>,
    #[serde(default)]
    integration_config: Option<BTreeMap<String, String>>,
    #[serde(default)]
    custom: Option<BTreeMap<String, String>>,
}

/// Changes what is given. The key can change only while no connection is known by it.
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(key): Path<String>,
    JsonBody(body): JsonBody<Body>,
) -> Result<Json<Value>, ApiError> {
    caller.require("environment:integrations:update")?;
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
