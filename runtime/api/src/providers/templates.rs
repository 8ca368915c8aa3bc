//! `GET /providers/:provider/templates`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use crate::auth::Caller;
use crate::deployments::refused;
use crate::error::ApiError;
use crate::integrations::functions::{FunctionTemplate, described};
use crate::openapi::Envelope;
use crate::state::App;

/// List a provider's templates
///
/// Functions that come with the server; `POST /functions/deployments` deploys one. A provider that has none, or that does not exist, has an
/// empty list.
#[utoipa::path(
    get,
    path = "/providers/{provider}/templates",
    operation_id = "getProviderTemplates",
    tag = "catalogue",
    params(("provider" = String, Path, description = "Key of the provider", example = "github")),
    responses((status = 200, description = "The templates", body = Envelope<Vec<FunctionTemplate>>))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, _: Caller, Path(provider): Path<String>) -> Result<Json<Value>, ApiError> {
    let templates = app.templates.all(app.runner.as_ref()).await.map_err(refused)?;
    let found: Vec<_> = templates.iter().filter(|template| template.is_for(&provider)).map(|one| described(&one.definition)).collect();
    Ok(Json(json!({ "data": found })))
}
