//! `GET /providers`

use std::sync::Arc;

use axum::extract::State;
use axum::response::IntoResponse;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::auth::Viewer;
use crate::openapi::Envelope;
use crate::providers::show::language;
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
pub(crate) async fn handle(State(app): State<Arc<App>>, _: Viewer, headers: HeaderMap, Query(params): Query<Params>) -> impl IntoResponse {
    let listing = app.listings.get(&app, language(&headers)).await;
    ([(CONTENT_TYPE, "application/json")], listing.with_key_like(&params.search))
}
