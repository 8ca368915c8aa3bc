//! `/v1/*`: paths that functions of the field may declare. Functions here declare none.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{Method, StatusCode, Uri};
use serde_json::json;

use crate::addressed::Addressed;
use crate::auth::Caller;

/// 404 without the usual envelope: contract 11.2 A4.
pub(crate) async fn handle(_: Caller, _: Addressed, method: Method, uri: Uri) -> Response {
    let path = uri.path().strip_prefix("/v1").unwrap_or_default();
    (StatusCode::NOT_FOUND, Json(json!({ "message": format!("Unknown endpoint '{method} {path}'") }))).into_response()
}
