//! `GET /connections/:connection`

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use syncline_connect::{ConnectError, Freshness};
use syncline_domain::{ConnectionRef, Credentials, EnvironmentId, IntegrationKey};
use utoipa::IntoParams;

use crate::auth::Caller;
use crate::connections::wire::Full;
use crate::connections::{find, wire};
use crate::error::ApiError;
use crate::openapi::{Error, IntegrationKeyText};
use crate::query::{Flag, Query};
use crate::state::App;

/// `last_fetched_at` tells whether a connection is in use; a write for every read would cost more than that is worth.
const FETCH_NOTED_EVERY: Duration = Duration::from_mins(1);

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// Key of the connection's integration
    #[param(value_type = IntegrationKeyText, inline)]
    provider_config_key: IntegrationKey,
    /// Whether to show refresh tokens
    #[serde(default)]
    #[param(value_type = Option<bool>)]
    refresh_token: Flag,
    /// Renew the credentials even if they have not ended
    #[serde(default)]
    #[param(value_type = Option<bool>)]
    force_refresh: Flag,
    /// The same, for GitHub Apps
    #[serde(default)]
    #[param(value_type = Option<bool>)]
    refresh_github_app_jwt_token: Flag,
}

/// Show a connection
///
/// With credentials that work now, for a key that may read them; the refresh token only when asked for. Credentials that have ended are
/// renewed first.
#[utoipa::path(
    get,
    path = "/connections/{connection}",
    operation_id = "getConnection",
    tag = "connections",
    params(
        ("connection" = String, Path, description = "Id of the connection", example = "f3f62f2e-6c3f-4bd3-9d5c-1a8d8a4c3b52"),
        Params
    ),
    responses(
        (status = 200, description = "The connection", body = Full<'static>),
        (
            status = 424,
            description = "`invalid_credentials`: they have ended and cannot be renewed; `payload` has the connection and the reason's code",
            body = Error
        )
    )
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(connection): Path<String>,
    Query(params): Query<Params>,
) -> Result<Response, ApiError> {
    const READ: &str = "environment:connections:read";
    const READ_CREDENTIALS: &str = "environment:connections:read_credentials";
    caller.require_any(&[READ, READ_CREDENTIALS])?;
    if params.refresh_token.0 || params.force_refresh.0 || params.refresh_github_app_jwt_token.0 {
        caller.require(READ_CREDENTIALS)?;
    }
    let environment = caller.environment();
    let row = find::in_path(&app, environment, params.provider_config_key, &connection).await?;
    if !caller.may(READ_CREDENTIALS) {
        return Ok(Json(wire::full(&row, json!({}))).into_response());
    }
    let of = ConnectionRef { integration: row.integration_key, connection: row.name };
    let freshness = if params.force_refresh.0 || params.refresh_github_app_jwt_token.0 { Freshness::Forced } else { Freshness::Usable };
    let row = match app.connect.credentials(environment, &of, freshness).await {
        Ok((row, _)) => row,
        Err(ConnectError::UnknownConnection) => return Err(ApiError::not_found(ConnectError::UnknownConnection.to_string())),
        Err(error @ ConnectError::NotUsable(_)) => return Err(unusable(&app, environment, &of, &error).await?),
        Err(other) => return Err(other.into()),
    };
    let now = app.clock.now();
    if row.last_fetched_at.is_none_or(|last| now.since(last) >= FETCH_NOTED_EVERY) {
        app.store.connections().touch_fetched(row.id, now).await?;
    }
    let mut shown = row.credentials.as_ref().map_or_else(|| json!({}), Credentials::to_wire_exposed);
    if !params.refresh_token.0 {
        wire::without_refresh_tokens(&mut shown);
    }
    Ok(Json(wire::full(&row, shown)).into_response())
}

/// 424 while it is not tried again, 400 for the provider's own refusal; with the connection as it is now. Its credentials are of no use.
async fn unusable(app: &App, environment: EnvironmentId, of: &ConnectionRef, error: &ConnectError) -> Result<ApiError, ApiError> {
    let unknown = || ApiError::not_found(ConnectError::UnknownConnection.to_string());
    let row = app.store.connections().lookup(environment, of).await?.ok_or_else(unknown)?;
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::FAILED_DEPENDENCY);
    if status.is_server_error() {
        return Ok(ApiError::new(status, error.code(), error.to_string()));
    }
    let payload = json!({ "code": error.code(), "connection": wire::full(&row, json!({})) });
    Ok(ApiError::new(status, "invalid_credentials", error.to_string()).with("payload", &payload))
}
