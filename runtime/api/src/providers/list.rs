//! `GET /providers`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

use crate::auth::Viewer;
use crate::error::ApiError;
use crate::openapi::Envelope;
use crate::providers::show::{language, wire};
use crate::providers::wire::Provider;
use crate::query::Query;
use crate::state::App;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// Text in the key, in any case
    #[serde(default)]
    #[param(example = "git")]
    search: String,
}

/// List providers
///
/// Every provider of the catalogue, or those whose key contains `search`.
#[utoipa::path(
    get,
    path = "/providers",
    operation_id = "listProviders",
    tag = "catalogue",
    params(Params, ("Accept-Language" = Option<String>, Header, description = "The language in which fields are described")),
    security(("connect_session" = []), ("api_key" = [])),
    responses((status = 200, description = "The providers", body = Envelope<Vec<Provider>>))
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    _: Viewer,
    headers: HeaderMap,
    Query(params): Query<Params>,
) -> Result<Json<Value>, ApiError> {
    let language = language(&headers);
    let search = params.search.to_lowercase();
    let found: Vec<Value> =
        app.catalogue.iter().filter(|entry| entry.key.contains(&search)).map(|entry| wire(&app, entry, language)).collect();
    Ok(Json(json!({ "data": found })))
}
