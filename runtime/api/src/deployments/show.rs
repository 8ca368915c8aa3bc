//! `GET /deployments/:id`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;
use syncline_store::PutInPlace;
use utoipa::ToSchema;

use super::wire::{self, Deployment};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::integrations::functions::Kind;
use crate::openapi::Envelope;
use crate::state::App;

/// A deployment with what it put in place.
#[derive(Serialize, ToSchema)]
#[schema(as = WholeDeployment)]
pub(crate) struct Whole {
    #[serde(flatten)]
    deployment: Deployment,
    /// All functions that its integrations had behind it, but for templates
    functions: Vec<FunctionThen>,
}

/// A function as it was behind a deployment.
#[derive(Serialize, ToSchema)]
struct FunctionThen {
    integration: String,
    #[schema(inline)]
    r#type: Kind,
    name: String,
    version: i64,
    /// SHA-256 of its component in hexadecimal
    digest: String,
}

/// Show a deployment
///
/// What it changed, and what its integrations had behind it.
#[utoipa::path(
    get,
    path = "/deployments/{id}",
    operation_id = "getDeployment",
    tag = "functions",
    params(("id" = String, Path, description = "Id of the deployment")),
    responses((status = 200, description = "The deployment", body = Envelope<Whole>))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, Path(id): Path<String>) -> Result<Response, ApiError> {
    caller.require("environment:deploy")?;
    let id = id.parse().map_err(|_| wire::unknown())?;
    let row = app.store.deployments().lookup(caller.environment(), id).await?.ok_or_else(wire::unknown)?;
    let then = |one: PutInPlace| FunctionThen {
        integration: one.integration.to_string(),
        r#type: one.kind.into(),
        name: one.name.to_string(),
        version: one.version,
        digest: one.digest.to_string(),
    };
    let functions = app.store.deployments().functions(caller.environment(), id).await?.into_iter().map(then).collect();
    Ok(Json(json!({ "data": Whole { deployment: wire::deployment(&row), functions } })).into_response())
}
