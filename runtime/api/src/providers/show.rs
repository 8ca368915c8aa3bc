//! `GET /providers/:provider`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};
use syncline_providers::{Entry, to_wire};

use crate::auth::Viewer;
use crate::error::ApiError;
use crate::providers::logo;
use crate::state::App;

/// One provider.
pub(crate) async fn handle(State(app): State<Arc<App>>, _: Viewer, Path(provider): Path<String>) -> Result<Json<Value>, ApiError> {
    let entry = app.catalogue.get(&provider).ok_or_else(|| ApiError::not_found(format!("Unknown provider {provider}")))?;
    Ok(Json(json!({ "data": wire(&app, entry) })))
}

pub(super) fn wire(app: &App, entry: &Entry) -> Value {
    let mut wire = to_wire(entry);
    wire["logo_url"] = logo::url(app, &entry.key).into();
    wire
}
