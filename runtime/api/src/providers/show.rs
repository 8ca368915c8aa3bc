//! `GET /providers/:provider`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use http::HeaderMap;
use http::header::ACCEPT_LANGUAGE;
use serde_json::{Value, json};
use syncline_providers::{Entry, Language, to_wire};

use crate::auth::Viewer;
use crate::error::ApiError;
use crate::openapi::Envelope;
use crate::providers::logo;
use crate::providers::wire::Provider;
use crate::state::App;

/// Show a provider
///
/// Its form fields are described in the language of `Accept-Language`, where that is one of the catalogue's; else in English.
#[utoipa::path(
    get,
    path = "/providers/{provider}",
    operation_id = "getProvider",
    tag = "catalogue",
    params(
        ("provider" = String, Path, description = "Key of the provider", example = "github"),
        ("Accept-Language" = Option<String>, Header, description = "The language in which fields are described")
    ),
    security(("connect_session" = []), ("api_key" = [])),
    responses((status = 200, description = "The provider", body = Envelope<Provider>))
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    _: Viewer,
    Path(provider): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Value>, ApiError> {
    let entry = app.catalogue.get(&provider).ok_or_else(|| ApiError::not_found(format!("Unknown provider {provider}")))?;
    Ok(Json(json!({ "data": wire(&app, entry, language(&headers)) })))
}

/// The language in which the fields are described: the caller's best that is spoken here, else English.
pub(super) fn language(headers: &HeaderMap) -> Language {
    headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).map_or(Language::En, Language::negotiate)
}

pub(super) fn wire(app: &App, entry: &Entry, language: Language) -> Value {
    let mut wire = to_wire(entry, language);
    wire["logo_url"] = logo::url(app, &entry.key).into();
    wire
}
