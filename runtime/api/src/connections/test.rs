//! `POST /connections/:connection/test`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};
use syncline_connect::TestOutcome;

use crate::auth::Caller;
use crate::connections::find::{self, InIntegration};
use crate::error::ApiError;
use crate::query::Query;
use crate::state::App;

/// Asks the provider with the connection's present credentials, and says what it answered. A refusal of the provider's is a result, not an
/// error of this request.
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(connection): Path<String>,
    Query(of): Query<InIntegration>,
) -> Result<Json<Value>, ApiError> {
    caller.require_any(&["environment:connections:read", "environment:connections:read_credentials"])?;
    let row = find::in_path(&app, caller.environment(), of.provider_config_key, &connection).await?;
    let report = app.connect.test(&row).await?;
    Ok(Json(json!({
        "success": report.outcome == TestOutcome::Works,
        "outcome": report.outcome.as_str(),
        "status": report.status,
        "message": report.message,
        "retry_at": report.retry_at,
        "answer": report.answer,
    })))
}
