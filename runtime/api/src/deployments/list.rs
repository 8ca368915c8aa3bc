//! `GET /deployments`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use syncline_domain::{DeploymentId, IntegrationKey};
use utoipa::{IntoParams, ToSchema};

use super::wire::{self, Deployment};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::openapi::IntegrationKeyText;
use crate::query::{Bounded, Query};
use crate::state::App;

const DEFAULT_LIMIT: u32 = 20;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    #[serde(default)]
    /// Only those that changed this integration
    #[param(value_type = Option<IntegrationKeyText>, inline)]
    integration_id: Option<IntegrationKey>,
    #[serde(default)]
    /// At most so many; 20 where it is left out
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    limit: Option<Bounded<1, 100>>,
    #[serde(default)]
    /// Only deployments before this one: a page's `next`
    #[param(value_type = Option<String>, format = "uuid")]
    before: Option<DeploymentId>,
}

/// A page of deployments.
#[derive(Serialize, ToSchema)]
#[schema(as = DeploymentPage)]
pub(crate) struct Answer {
    data: Vec<Deployment>,
    /// The `before` of the page that follows
    #[schema(value_type = Option<String>, required = true, format = "uuid")]
    next: Option<DeploymentId>,
}

/// List deployments
///
/// Newest first: the last 20 of each integration. A deployment that changed nothing is none.
#[utoipa::path(
    get,
    path = "/deployments",
    operation_id = "listDeployments",
    tag = "functions",
    params(Params),
    responses((status = 200, description = "A page of deployments", body = Answer))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, Query(params): Query<Params>) -> Result<Json<Answer>, ApiError> {
    caller.require("environment:deploy")?;
    let limit = params.limit.map_or(DEFAULT_LIMIT, |Bounded(limit)| limit);
    let integration = match params.integration_id {
        None => None,
        Some(key) => match app.store.integrations().lookup(caller.environment(), &key).await? {
            Some(row) => Some(row.id),
            None => return Ok(Json(Answer { data: Vec::new(), next: None })),
        },
    };
    // One more tells whether a page follows.
    let mut rows = app.store.deployments().list(caller.environment(), integration, params.before, limit + 1).await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(|row| row.id);
    Ok(Json(Answer { data: rows.iter().map(wire::deployment).collect(), next }))
}
