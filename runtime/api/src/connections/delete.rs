//! `DELETE /connections/:connection`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};
use syncline_domain::{ConnectionName, ConnectionRef};

use crate::auth::Caller;
use crate::connections::find::{self, InIntegration};
use crate::error::ApiError;
use crate::query::Query;
use crate::state::App;

/// Its syncs stop at once; its records are removed in the background.
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(connection): Path<String>,
    Query(of): Query<InIntegration>,
) -> Result<Json<Value>, ApiError> {
    caller.require("environment:connections:delete")?;
    let connection = ConnectionName::new(connection).map_err(|_| ApiError::unknown_connection())?;
    let of = ConnectionRef { integration: of.provider_config_key, connection };
    let row = find::addressed(&app, caller.environment(), &of).await?;
    app.store.connections().delete(row.id, app.clock.now()).await?;
    Ok(Json(json!({ "success": true })))
}
