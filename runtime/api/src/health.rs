//! `GET /health` and `GET /ready`: for load balancers and supervisors.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde_json::{Value, json};

use crate::error::ApiError;
use crate::state::App;

/// The process answers.
pub(crate) async fn alive() -> Json<Value> {
    Json(json!({ "result": "ok" }))
}

/// The database answers too.
pub(crate) async fn ready(State(app): State<Arc<App>>) -> Result<Json<Value>, ApiError> {
    let unready = |error| ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", "the database does not answer").caused_by(error);
    app.store.ping().await.map_err(unready)?;
    Ok(Json(json!({ "result": "ok" })))
}
