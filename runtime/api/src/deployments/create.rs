//! `POST /deployments`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use syncline_store::{Deploy, Outcome};
use utoipa::ToSchema;

use super::note;
use super::request::{self, Component};
use super::wire::{self, Changes};
use crate::auth::Caller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::openapi::Envelope;
use crate::state::App;

/// What to deploy.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewDeployment)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    #[schema(min_items = 1)]
    components: Vec<Component>,
    /// Whether functions that no component holds, and models that none saves, may go
    #[serde(default)]
    allow_destructive: bool,
}

/// Deploy components
///
/// Deploys all components or none: each integration named has, afterwards, exactly the functions that its components hold, and those from
/// templates. Other integrations stay as they are. 409 `destructive_deployment`, with what would change in `payload`, where functions or models
/// would go and `allow_destructive` is not set; 409 `component_needed`, with the places in `payload.needed`, where this environment does not
/// have a component that is only named. Nothing is deployed then.
#[utoipa::path(
    post,
    path = "/deployments",
    operation_id = "createDeployment",
    tag = "functions",
    request_body = Body,
    responses((status = 200, description = "What was deployed", body = Envelope<Changes>))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, JsonBody(body): JsonBody<Body>) -> Result<Response, ApiError> {
    caller.require("environment:deploy")?;
    let resolved = request::resolve(&app, &caller, body.components).await?;
    if !resolved.needed.is_empty() {
        return Err(request::needed(&resolved.needed));
    }
    let new = super::new(&app, &caller, body.allow_destructive, false);
    let outcome = app.store.deployments().insert(Deploy { new, components: resolved.components }).await?;
    if let Outcome::Done(deployed) = &outcome {
        note::done(&app, &caller, "deployed", deployed);
    }
    Ok(Json(json!({ "data": wire::outcome(outcome)? })).into_response())
}
