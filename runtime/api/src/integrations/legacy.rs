//! `GET /config/:key`: an integration, for old tools.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use crate::auth::Caller;
use crate::error::ApiError;
use crate::integrations::wire::Integration;
use crate::integrations::{find, wire};
use crate::query::{Flag, Query};
use crate::state::App;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// With the client's fields, for a key that may read them
    #[serde(default)]
    #[param(value_type = bool, required = false)]
    include_creds: Flag,
}

/// An integration, as old tools read it: with `include_creds`, the client's fields beside its own.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes JSON that is written by hand")]
pub(crate) struct LegacyIntegration {
    config: Integration,
}

/// Show an integration to old tools
#[utoipa::path(
    get,
    path = "/config/{key}",
    operation_id = "getConfig",
    tag = "integrations",
    params(("key" = String, Path, description = "Key of the integration"), Params),
    responses((status = 200, description = "The integration", body = LegacyIntegration))
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(key): Path<String>,
    Query(params): Query<Params>,
) -> Result<Json<Value>, ApiError> {
    const READ_CREDENTIALS: &str = "environment:integrations:read_credentials";
    caller.require_any(&["environment:integrations:read", READ_CREDENTIALS])?;
    let row = find::integration(&app, caller.environment(), &key).await?;
    let mut config = wire::integration(&app, &row);
    if params.include_creds.0 && caller.may(READ_CREDENTIALS) {
        let client = syncline_connect::exposed_client(app.catalogue.get(&row.provider).map(AsRef::as_ref), &row);
        for (name, value) in client.as_object().into_iter().flatten().filter(|(name, _)| *name != "type") {
            config[name.as_str()] = value.clone();
        }
    }
    Ok(Json(json!({ "config": config })))
}
