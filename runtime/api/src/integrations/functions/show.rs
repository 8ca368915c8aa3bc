//! `GET /integrations/:key/functions/:name`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::wire::{self, Attached, Kind};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::integrations::find;
use crate::query::Query;
use crate::state::App;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    #[serde(default, rename = "type")]
    kind: Option<Kind>,
}

#[derive(Serialize)]
struct Answer<'a> {
    data: Attached<'a>,
}

/// One function; 409 `ambiguous_function` where functions of several kinds have the name and the caller names none.
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((key, name)): Path<(String, String)>,
    Query(params): Query<Params>,
) -> Result<Response, ApiError> {
    caller.require("environment:functions:read")?;
    let integration = find::integration(&app, caller.environment(), &key).await?;
    let rows = app.store.functions().list(caller.environment(), Some(integration.id)).await?;
    let found: Vec<_> = rows
        .iter()
        .filter(|row| row.definition.name.as_str() == name && params.kind.is_none_or(|kind| kind == row.definition.kind.into()))
        .collect();
    match found.as_slice() {
        [] => Err(ApiError::not_found(format!("function `{name}` is not deployed to integration `{key}`"))),
        [one] => Ok(Json(Answer { data: wire::deployed(one) }).into_response()),
        several => {
            let matches: Vec<_> = several.iter().map(|row| json!({ "type": Kind::from(row.definition.kind), "name": name })).collect();
            let message = format!("several functions are called `{name}`; say which with `type`");
            Err(ApiError::new(StatusCode::CONFLICT, "ambiguous_function", message).with("payload", &json!({ "matches": matches })))
        }
    }
}
