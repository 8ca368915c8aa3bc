//! `DELETE /integrations/:key`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use crate::auth::Caller;
use crate::error::ApiError;
use crate::integrations::find;
use crate::state::App;

/// Its connections, syncs and functions go with it.
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, Path(key): Path<String>) -> Result<Json<Value>, ApiError> {
    caller.require("environment:integrations:delete")?;
    let row = find::integration(&app, caller.environment(), &key).await?;
    app.store.integrations().delete(row.id, app.clock.now()).await?;
    Ok(Json(json!({ "success": true })))
}
