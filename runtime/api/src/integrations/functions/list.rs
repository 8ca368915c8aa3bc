//! `GET /integrations/:key/functions`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::wire::{self, Attached, Kind};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::integrations::find;
use crate::query::{Bounded, Query};
use crate::state::App;

const DEFAULT_LIMIT: u32 = 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    #[serde(default, rename = "type")]
    kind: Option<Kind>,
    #[serde(default)]
    search: Option<String>,
    #[serde(default)]
    page: Option<Bounded<0, { u32::MAX }>>,
    #[serde(default)]
    limit: Option<Bounded<1, 100>>,
}

#[derive(Serialize)]
struct Answer<'a> {
    data: Vec<Attached<'a>>,
    pagination: Pagination,
}

#[derive(Serialize)]
struct Pagination {
    total: usize,
    page: u32,
    limit: u32,
}

/// The functions of an integration by kind and name.
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
