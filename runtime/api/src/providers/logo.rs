//! `GET /providers/:provider/logo.svg`: open to all, because pages show it in an `<img>`.

use std::sync::Arc;

use axum::extract::{Path, State};
use http::HeaderName;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use syncline_providers::logo_svg;

use crate::error::ApiError;
use crate::state::App;

/// Show a provider's logo
///
/// A picture made by this server, for an `<img>`.
#[utoipa::path(
    get,
    path = "/providers/{provider}/logo.svg",
    operation_id = "getProviderLogo",
    tag = "catalogue",
    params(("provider" = String, Path, description = "Key of the provider", example = "github")),
    security(()),
    responses((status = 200, description = "The logo", body = String, content_type = "image/svg+xml"))
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    Path(provider): Path<String>,
) -> Result<([(HeaderName, &'static str); 2], String), ApiError> {
    let entry = app.catalogue.get(&provider).ok_or_else(|| ApiError::not_found(format!("Unknown provider {provider}")))?;
    Ok(([(CONTENT_TYPE, "image/svg+xml"), (CACHE_CONTROL, "public, max-age=86400")], logo_svg(entry)))
}

/// Where clients find a provider's logo.
pub(crate) fn url(app: &App, provider: &str) -> String {
    app.url(&format!("providers/{provider}/logo.svg")).into()
}
