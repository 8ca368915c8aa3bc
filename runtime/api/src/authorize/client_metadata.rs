//! `GET /oauth/client-metadata/:environment/:key`: an integration as an OAuth client whose id is this very address (CIMD).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use http::HeaderName;
use http::header::CACHE_CONTROL;
use serde_json::Value;
use syncline_connect::ConnectError;
use uuid::Uuid;

use super::attempt::unknown;
use crate::error::ApiError;
use crate::state::App;

/// Public, as authorization servers fetch it.
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    Path((environment, key)): Path<(String, String)>,
) -> Result<([(HeaderName, &'static str); 1], Json<Value>), ApiError> {
    let environment = Uuid::parse_str(&environment).map_err(|_| unknown(&key))?;
    let document = app.connect.client_metadata(environment, &key).await.map_err(|error| match error {
        ConnectError::UnknownIntegration { .. } => unknown(&key),
        other => other.into(),
    })?;
    Ok(([(CACHE_CONTROL, "public, max-age=300")], Json(document)))
}
