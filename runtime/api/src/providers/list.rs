//! `GET /providers`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::auth::Viewer;
use crate::error::ApiError;
use crate::providers::show::{language, wire};
use crate::query::Query;
use crate::state::App;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    #[serde(default)]
    search: String,
}

/// Every provider, or those whose key or display name contains `search`.
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    _: Viewer,
    headers: HeaderMap,
    Query(params): Query<Params>,
) -> Result<Json<Value>, ApiError> {
    let language = language(&headers);
    let found: Vec<Value> = app.catalogue.search(&params.search).map(|entry| wire(&app, entry, language)).collect();
    Ok(Json(json!({ "data": found })))
}
