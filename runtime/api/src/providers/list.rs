//! `GET /providers`

use std::sync::Arc;

use axum::extract::State;
use axum::response::IntoResponse;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use syncline_providers::Search;
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
    /// What it is called, or words such as `crm oauth2`; case and punctuation do not count
    #[serde(default)]
    #[param(example = "hub spot")]
    search: String,
}

/// List providers
///
/// Every provider of the catalogue, by key, or those that `search` finds by key, display name, category or auth mode: the best
/// fit first.
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
    let found = if params.search.is_empty() {
        listing.all()
    } else {
        let search = Search { text: &params.search, ..Search::default() };
        listing.of(app.catalogue.search(&search).iter().map(|one| &*one.key))
    };
    ([(CONTENT_TYPE, "application/json")], found)
}
