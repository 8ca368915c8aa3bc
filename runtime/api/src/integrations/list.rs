//! `GET /integrations`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::auth::Caller;
use crate::error::ApiError;
use crate::integrations::wire;
use crate::state::App;

/// Every integration of the environment, newest first.
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Value>, ApiError> {
    caller.require_any(&["environment:integrations:list", "environment:integrations:list_credentials"])?;
    let rows = app.store.integrations().list(caller.environment()).await?;
    let data: Vec<Value> = rows.iter().map(|row| wire::integration(&app, row)).collect();
    Ok(Json(json!({ "data": data })))
}
