//! `POST /deployments/:id/rollback`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use syncline_domain::IntegrationKey;
use syncline_store::{Outcome, Rollback};
use utoipa::ToSchema;

use super::note;
use super::wire::{self, Changes};
use crate::auth::Caller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::openapi::{Envelope, IntegrationKeyText};
use crate::state::App;

/// What to put back.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewRollback)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    /// Only these integrations; all where it is left out
    #[serde(default)]
    #[schema(value_type = Option<Vec<IntegrationKeyText>>, min_items = 1)]
    integrations: Option<Vec<IntegrationKey>>,
    /// Whether functions that were not there then, and models that none saved, may go
    #[serde(default)]
    allow_destructive: bool,
    /// Whether only to say what would change
    #[serde(default)]
    dry_run: bool,
}

/// Roll back to a deployment
///
/// Gives integrations what they had right behind this deployment, whether that was about them or not: a new deployment, by the rules of any
/// other. The last 20 deployments of each integration are kept. 404 `deployment_not_found`; 409 `destructive_deployment`, with what would
/// change in `payload`, where functions or models would go and `allow_destructive` is not set; 409 `deployment_forgotten` where what an
/// integration had then is not kept.
#[utoipa::path(
    post,
    path = "/deployments/{id}/rollback",
    operation_id = "rollBackDeployment",
    tag = "functions",
    params(("id" = String, Path, description = "Id of the deployment")),
    request_body = Body,
    responses((status = 200, description = "What changed", body = Envelope<Changes>))
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<Body>,
) -> Result<Response, ApiError> {
    caller.require("environment:deploy")?;
    let to = id.parse().map_err(|_| wire::unknown())?;
    // First, so that an integration's name tells nothing to whoever guesses at deployments.
    if app.store.deployments().lookup(caller.environment(), to).await?.is_none() {
        return Err(wire::unknown());
    }
    let integrations = match body.integrations {
        Some(keys) => Some(named(&app, &caller, keys).await?),
        None => None,
    };
    let new = super::new(&app, &caller, body.allow_destructive, body.dry_run);
    let outcome = app.store.deployments().rollback(Rollback { new, to, integrations }).await?;
    if let Outcome::Done(deployed) = &outcome {
        note::done(&app, &caller, "rolled back", deployed);
    }
    Ok(Json(json!({ "data": wire::outcome(outcome)? })).into_response())
}

async fn named(app: &App, caller: &Caller, keys: Vec<IntegrationKey>) -> Result<Vec<syncline_domain::IntegrationId>, ApiError> {
    if keys.is_empty() {
        return Err(ApiError::invalid_body(&["integrations"], "names no integration; leave it out for all"));
    }
    let mut found = Vec::with_capacity(keys.len());
    for key in keys {
        let row = app.store.integrations().lookup(caller.environment(), &key).await?;
        let row = row.ok_or_else(|| ApiError::bad_request("unknown_integration", format!("there is no integration `{key}`")))?;
        if !found.contains(&row.id) {
            found.push(row.id);
        }
    }
    Ok(found)
}
