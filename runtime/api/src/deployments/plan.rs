//! `POST /deployments/plan`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;
use syncline_store::{Deploy, Outcome};
use utoipa::ToSchema;

use super::request::{self, Component};
use super::wire::{self, Changes};
use crate::auth::Caller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::openapi::Envelope;
use crate::state::App;

/// What would be deployed.
#[derive(Deserialize, ToSchema)]
#[schema(as = DeploymentToPlan)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    #[schema(min_items = 1)]
    components: Vec<Component>,
}

/// What would happen.
#[derive(Serialize, ToSchema)]
#[schema(as = DeploymentPlan)]
pub(crate) struct Plan {
    /// Places of the components that this environment does not have: send them along as `wasm`
    needed: Vec<usize>,
    /// What would change; `null` as long as components are needed
    #[schema(required = true)]
    changes: Option<Changes>,
}

/// Plan a deployment
///
/// Says which components have to come along, and what a deployment would change. Writes nothing.
#[utoipa::path(
    post,
    path = "/deployments/plan",
    operation_id = "planDeployment",
    tag = "functions",
    request_body = Body,
    responses((status = 200, description = "What would happen", body = Envelope<Plan>))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, JsonBody(body): JsonBody<Body>) -> Result<Response, ApiError> {
    caller.require("environment:deploy")?;
    let resolved = request::resolve(&app, &caller, body.components).await?;
    let mut plan = Plan { needed: resolved.needed, changes: None };
    if plan.needed.is_empty() {
        let deploy = Deploy { new: super::new(&app, &caller, false, true), components: resolved.components };
        match app.store.deployments().insert(deploy).await? {
            Outcome::Missing(place) => plan.needed.push(place),
            outcome => plan.changes = Some(wire::outcome(outcome)?),
        }
    }
    Ok(Json(json!({ "data": plan })).into_response())
}
