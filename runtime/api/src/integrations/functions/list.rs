//! `GET /integrations/:key/functions`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::wire::{self, Attached, AttachedFunction, Kind};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::integrations::find;
use crate::query::{Bounded, Query};
use crate::state::App;

const DEFAULT_LIMIT: u32 = 20;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    #[serde(default, rename = "type")]
    /// Only this kind
    #[param(inline)]
    kind: Option<Kind>,
    #[serde(default)]
    /// Text that occurs in the name
    search: Option<String>,
    #[serde(default)]
    /// Which page of `limit`, from 0
    #[param(value_type = Option<u32>, minimum = 0)]
    page: Option<Bounded<0, { u32::MAX }>>,
    #[serde(default)]
    /// At most so many; 20 where it is left out
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    limit: Option<Bounded<1, 100>>,
}

/// A page of functions.
#[derive(Serialize, ToSchema)]
#[schema(as = FunctionPage)]
pub(crate) struct Answer<'a> {
    #[schema(value_type = Vec<AttachedFunction>)]
    data: Vec<Attached<'a>>,
    pagination: Pagination,
}

/// Which page it is.
#[derive(Serialize, ToSchema)]
struct Pagination {
    total: usize,
    page: u32,
    limit: u32,
}

/// List an integration's functions
///
/// By kind and name.
#[utoipa::path(
    get,
    path = "/integrations/{key}/functions",
    operation_id = "listFunctions",
    tag = "functions",
    params(("key" = String, Path, description = "Key of the integration"), Params),
    responses((status = 200, description = "A page of functions", body = Answer<'static>))
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(key): Path<String>,
    Query(params): Query<Params>,
) -> Result<Response, ApiError> {
    caller.require("environment:functions:list")?;
    let integration = find::integration(&app, caller.environment(), &key).await?;
    let rows = app.store.functions().list(caller.environment(), Some(integration.id)).await?;
    let search = params.search.unwrap_or_default().to_lowercase();
    let found: Vec<_> = rows
        .iter()
        .filter(|row| params.kind.is_none_or(|kind| kind == row.definition.kind.into()))
        .filter(|row| row.definition.name.as_str().to_lowercase().contains(&search))
        .collect();
    let page = params.page.map_or(0, |Bounded(page)| page);
    let limit = params.limit.map_or(DEFAULT_LIMIT, |Bounded(limit)| limit);
    let first = (page as usize).saturating_mul(limit as usize);
    let data = found.iter().skip(first).take(limit as usize).map(|row| wire::deployed(row)).collect();
    Ok(Json(Answer { data, pagination: Pagination { total: found.len(), page, limit } }).into_response())
}
