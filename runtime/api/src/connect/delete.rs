//! `DELETE /connect/session`

use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;

use crate::auth::SessionCaller;
use crate::error::ApiError;
use crate::state::App;

/// End a connect session
///
/// The session is the bearer token's. Connections that it made stay.
#[utoipa::path(
    delete,
    path = "/connect/session",
    operation_id = "deleteConnectSession",
    tag = "connect",
    security(("connect_session" = [])),
    responses((status = 204, description = "It has ended"))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, SessionCaller(session): SessionCaller) -> Result<StatusCode, ApiError> {
    let was_there = app.connect.delete_session(&session).await?;
    // Somebody else was faster.
    if was_there { Ok(StatusCode::NO_CONTENT) } else { Err(ApiError::not_found("this connect session has ended")) }
}
