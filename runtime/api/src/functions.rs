//! `GET /functions`: everything that is deployed to the environment. Below it, the endpoints that take source or templates.

mod built;
pub(crate) mod bundle;
pub(crate) mod compile;
pub(crate) mod deployments;
pub(crate) mod dryruns;
pub(crate) mod invocations;
pub(crate) mod legacy_deploy;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::error::ApiError;
use crate::integrations::functions::Kind;
use crate::openapi::Envelope;
use crate::state::App;

/// A function that is deployed.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes JSON that is written by hand")]
pub(crate) struct DeployedFunction {
    integration: String,
    name: String,
    #[schema(inline)]
    r#type: Kind,
    description: String,
    /// When a sync runs; `null` for what has no schedule
    #[schema(required = true)]
    runs: Option<String>,
    /// Whether a sync starts with each new connection
    auto_start: bool,
    enabled: bool,
    version: i64,
    #[schema(format = DateTime)]
    last_deployed: String,
    /// The deployment that made it what it is; `null` for templates. Older ones are forgotten: `GET /deployments/{id}`
    #[schema(required = true, format = "uuid")]
    deployment: Option<String>,
    /// Names of the models that it saves
    models: Vec<String>,
}

/// List what is deployed
///
/// Every function of the environment, by integration, kind and name.
#[utoipa::path(
    get,
    path = "/functions",
    operation_id = "listDeployedFunctions",
    tag = "functions",
    responses((status = 200, description = "The functions", body = Envelope<Vec<DeployedFunction>>))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Value>, ApiError> {
    caller.require("environment:functions:list")?;
    let rows = app.store.functions().list(caller.environment(), None).await?;
    let data: Vec<Value> = rows
        .iter()
        .map(|row| {
            let definition = &row.definition;
            json!({
                "integration": row.integration_key,
                "name": definition.name,
                "type": Kind::from(definition.kind),
                "description": definition.description,
                "runs": definition.schedule().ok().flatten().map(|schedule| schedule.text()),
                "auto_start": definition.auto_start,
                "enabled": row.enabled,
                "version": row.version,
                "last_deployed": row.deployed_at,
                "deployment": row.deployment,
                "models": definition.models.iter().map(|model| &model.name).collect::<Vec<_>>(),
            })
        })
        .collect();
    Ok(Json(json!({ "data": data })))
}
