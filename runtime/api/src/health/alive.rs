//! `GET /health`

use axum::Json;
use serde_json::{Value, json};

use crate::openapi::Alive;

/// Tell that the process answers
///
/// It asks nobody, the database included: restarting this process would not bring that back.
#[utoipa::path(
    get,
    path = "/health",
    operation_id = "getHealth",
    tag = "server",
    security(()),
    responses((status = 200, description = "It does", body = Alive))
)]
pub(crate) async fn handle() -> Json<Value> {
    Json(json!({ "result": "ok" }))
}
