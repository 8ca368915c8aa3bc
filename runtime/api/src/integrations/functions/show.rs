//! `GET /integrations/:key/functions/:name`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::find::{self, OfKind};
use super::wire::{self, Attached, AttachedFunction};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::openapi::Envelope;
use crate::query::Query;
use crate::state::App;

#[derive(Serialize)]
struct Answer<'a> {
    data: Attached<'a>,
}

/// Show a function
///
/// 409 `ambiguous_function` where functions of several kinds have the name and the caller names none.
#[utoipa::path(
    get,
    path = "/integrations/{key}/functions/{name}",
    operation_id = "getFunction",
    tag = "functions",
    params(
        ("key" = String, Path, description = "Key of the integration"),
        ("name" = String, Path, description = "Name of the function"),
        OfKind
    ),
    responses((status = 200, description = "The function", body = Envelope<AttachedFunction>))
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((key, name)): Path<(String, String)>,
    Query(of): Query<OfKind>,
) -> Result<Response, ApiError> {
    caller.require("environment:functions:read")?;
    let row = find::function(&app, &caller, &key, &name, of).await?;
    Ok(Json(Answer { data: wire::deployed(&row) }).into_response())
}
