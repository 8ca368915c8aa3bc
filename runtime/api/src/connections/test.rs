//! `POST /connections/:connection/test`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};
use syncline_connect::TestOutcome;
use syncline_domain::OperationKind;
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::connections::find::{self, InIntegration};
use crate::error::ApiError;
use crate::query::Query;
use crate::state::App;

/// What the provider said.
#[derive(ToSchema)]
#[schema(as = ConnectionTest)]
#[expect(dead_code, reason = "describes JSON that is written by hand")]
struct TestView {
    /// Whether the provider accepted the credentials
    success: bool,
    outcome: Outcome,
    /// Of the provider's answer; `null` if there was none, or nothing to ask
    #[schema(required = true, minimum = 100, maximum = 999)]
    status: Option<u16>,
    /// For a person, without secrets
    message: String,
    /// When the provider wants to be asked again
    #[schema(required = true, format = DateTime)]
    retry_at: Option<String>,
    /// The beginning of the provider's answer, without secrets
    #[schema(required = true)]
    answer: Option<String>,
}

/// What the answer means.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = ConnectionTestOutcome)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "describes JSON that is written by hand")]
enum Outcome {
    Works,
    NothingToAsk,
    Reconnect,
    RateLimited,
    Unavailable,
    Failed,
}

/// Test a connection
///
/// Asks the provider with the connection's present credentials, and says what it answered. A refusal of the provider's is a result, not an
/// error of this request.
#[utoipa::path(
    post,
    path = "/connections/{connection}/test",
    operation_id = "testConnection",
    tag = "connections",
    params(
        ("connection" = String, Path, description = "Id of the connection", example = "f3f62f2e-6c3f-4bd3-9d5c-1a8d8a4c3b52"),
        InIntegration
    ),
    responses((status = 200, description = "What the provider said", body = TestView))
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(connection): Path<String>,
    Query(of): Query<InIntegration>,
) -> Result<Json<Value>, ApiError> {
    caller.require_any(&["environment:connections:read", "environment:connections:read_credentials"])?;
    let row = find::in_path(&app, caller.environment(), of.provider_config_key, &connection).await?;
    let note = app.operation(caller.environment(), OperationKind::AuthConnectionTest).by(&caller);
    let note = note.of(&row.integration_key).on(&row.name);
    let report = app.connect.test(&row).await?;
    let summary = format!("tested: {}", report.outcome.as_str());
    if matches!(report.outcome, TestOutcome::Works | TestOutcome::NothingToAsk) {
        note.succeeded(&app, summary, &json!({ "response": { "status": report.status } }));
    } else {
        note.failed(&app, summary, report.outcome.as_str(), &report.message);
    }
    Ok(Json(json!({
        "success": report.outcome == TestOutcome::Works,
        "outcome": report.outcome.as_str(),
        "status": report.status,
        "message": report.message,
        "retry_at": report.retry_at,
        "answer": report.answer,
    })))
}
