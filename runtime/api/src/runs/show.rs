//! `GET /runs/:run`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::auth::Caller;
use crate::error::ApiError;
use crate::runs::find;
use crate::runs::wire::{self, Whole};
use crate::state::App;

#[derive(Serialize)]
struct Answer<'a> {
    data: Whole<'a>,
}

/// One run with its input and output.
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, Path(run): Path<String>) -> Result<Response, ApiError> {
    caller.require("environment:logs:read")?;
    let row = find::run(&app, caller.environment(), &run).await?;
    Ok(Json(Answer { data: wire::whole(&row) }).into_response())
}
