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

use crate::auth::Caller;
use crate::connections::{find, wire};
use crate::error::ApiError;
use crate::query::{Flag, Query};
use crate::state::App;

/// `last_fetched_at` tells whether a connection is in use; a write for every read would cost more than that is worth.
const FETCH_NOTED_EVERY: Duration = Duration::from_mins(1);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    provider_config_key: IntegrationKey,
    #[serde(default)]
    refresh_token: Flag,
    #[serde(default)]
    force_refresh: Flag,
    #[serde(default)]
    refresh_github_app_jwt_token: Flag,
}

/// One connection, with credentials for a caller who may read them; the refresh token only when asked for.
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
