//! `GET /integrations/:key/functions/:name/code`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use syncline_domain::FunctionDefinition;
use utoipa::ToSchema;

use super::find::{self, OfKind};
use super::wire::Kind;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::query::Query;
use crate::state::App;

/// What the author wrote.
#[derive(Serialize, ToSchema)]
#[schema(as = FunctionCode)]
pub(crate) struct Answer<'a> {
    #[schema(inline)]
    r#type: Kind,
    /// The source of the component that holds the function, as it was deployed; `null` where the author did not send it along
    code: Option<String>,
    /// `rust`, `typescript`, ...
    language: Option<String>,
    /// What the function says of itself
    #[schema(value_type = Object)]
    manifest: &'a FunctionDefinition,
}

/// Get a function's code
///
/// The source that was deployed with it, and its manifest. 409 `ambiguous_function` where functions of several kinds have the name and the
/// caller names none.
#[utoipa::path(
    get,
    path = "/integrations/{key}/functions/{name}/code",
    operation_id = "getFunctionCode",
    tag = "functions",
    params(
        ("key" = String, Path, description = "Key of the integration"),
        ("name" = String, Path, description = "Name of the function"),
        OfKind
    ),
    responses((status = 200, description = "The code", body = Answer<'static>))
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((key, name)): Path<(String, String)>,
    Query(of): Query<OfKind>,
) -> Result<Response, ApiError> {
    caller.require("environment:functions:read")?;
    let row = find::function(&app, &caller, &key, &name, of).await?;
    let source = app.store.functions().source(&row).await?;
    let (code, language) = source.map(|source| (source.code, source.language)).unzip();
    Ok(Json(Answer { r#type: row.definition.kind.into(), code, language, manifest: &row.definition }).into_response())
}
