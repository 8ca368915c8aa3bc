//! `GET /health` and `GET /ready`: for load balancers and supervisors.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde_json::{Value, json};

use crate::error::ApiError;
use crate::openapi::Alive;
use crate::state::App;

/// Tell that the process answers
#[utoipa::path(
    get,
    path = "/health",
    operation_id = "getHealth",
    tag = "server",
    security(()),
    responses((status = 200, description = "It does", body = Alive))
)]
pub(crate) async fn alive() -> Json<Value> {
    Json(json!({ "result": "ok" }))
}

/// Tell that the database answers too
///
/// 503 `not_ready` while it does not.
#[utoipa::path(
    get,
    path = "/ready",
    operation_id = "getReady",
    tag = "server",
    security(()),
    responses((status = 200, description = "It does", body = Alive))
)]
pub(crate) async fn ready(State(app): State<Arc<App>>) -> Result<Json<Value>, ApiError> {
    let unready = |error| ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", "the database does not answer").caused_by(error);
    app.store.ping().await.map_err(unready)?;
    Ok(Json(json!({ "result": "ok" })))
}
