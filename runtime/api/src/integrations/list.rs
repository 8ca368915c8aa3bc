//! `GET /integrations`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::auth::Viewer;
use crate::error::ApiError;
use crate::integrations::wire::{self, Integration};
use crate::openapi::Envelope;
use crate::state::App;

/// List integrations
///
/// Every integration of the environment, newest first; for a connect session, those that it allows.
#[utoipa::path(
    get,
    path = "/integrations",
    operation_id = "listIntegrations",
    tag = "integrations",
    security(("connect_session" = []), ("api_key" = [])),
    responses((status = 200, description = "The integrations", body = Envelope<Vec<Integration>>))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, viewer: Viewer) -> Result<Json<Value>, ApiError> {
    let environment = match &viewer {
        Viewer::Key(caller) => {
            caller.require_any(&["environment:integrations:list", "environment:integrations:list_credentials"])?;
            caller.environment()
        }
        Viewer::Session(session) => session.environment,
    };
    let mut rows = app.store.integrations().list(environment).await?;
    if let Viewer::Session(session) = &viewer {
        rows.retain(|row| session.allows(&row.key));
    }
    let data: Vec<Value> = rows.iter().map(|row| wire::integration(&app, row)).collect();
    Ok(Json(json!({ "data": data })))
}
