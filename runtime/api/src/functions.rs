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

use crate::auth::Caller;
use crate::error::ApiError;
use crate::integrations::functions::Kind;
use crate::state::App;

/// By integration, kind and name.
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
                "models": definition.models.iter().map(|model| &model.name).collect::<Vec<_>>(),
            })
        })
        .collect();
    Ok(Json(json!({ "data": data })))
}
