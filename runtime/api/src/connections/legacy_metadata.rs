//! `POST` and `PATCH /connection/:connection/metadata`: as old clients write a connection's metadata, which is the whole body.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::value::RawValue;
use syncline_domain::{ConnectionName, ConnectionRef, IntegrationKey};
use utoipa::IntoParams;

use crate::addressed::header;
use crate::auth::Caller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::query::Query;
use crate::state::App;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// Key of the integration, unless the header names it
    #[serde(default)]
    provider_config_key: Option<String>,
}

/// Replace a connection's metadata as old clients do
#[utoipa::path(
    post,
    path = "/connection/{connection}/metadata",
    operation_id = "setLegacyMetadata",
    tag = "connections",
    params(
        ("connection" = String, Path, description = "Id of the connection"),
        Params,
        ("Provider-Config-Key" = Option<String>, Header, description = "Key of the integration")
    ),
    request_body = Object,
    responses((status = 201, description = "What was sent", body = Object))
)]
pub(crate) async fn set(
    State(app): State<Arc<App>>,
    caller: Caller,
    path: Path<String>,
    query: Query<Params>,
    headers: HeaderMap,
    JsonBody(metadata): JsonBody<Box<RawValue>>,
) -> Result<Response, ApiError> {
    let of = addressed(&app, &caller, path, query, &headers).await?;
    let names = [of.connection];
    let unknown =
        app.store.connections().set_metadata(caller.environment(), &of.integration, &names, metadata.get(), app.clock.now()).await?;
    answer(&unknown, StatusCode::CREATED, &metadata)
}

/// Merge into a connection's metadata as old clients do
#[utoipa::path(
    patch,
    path = "/connection/{connection}/metadata",
    operation_id = "updateLegacyMetadata",
    tag = "connections",
    params(
        ("connection" = String, Path, description = "Id of the connection"),
        Params,
        ("Provider-Config-Key" = Option<String>, Header, description = "Key of the integration")
    ),
    request_body = Object,
    responses((status = 200, description = "What was sent", body = Object))
)]
pub(crate) async fn merge(
    State(app): State<Arc<App>>,
    caller: Caller,
    path: Path<String>,
    query: Query<Params>,
    headers: HeaderMap,
    JsonBody(metadata): JsonBody<Box<RawValue>>,
) -> Result<Response, ApiError> {
    let of = addressed(&app, &caller, path, query, &headers).await?;
    let names = [of.connection];
    let unknown =
        app.store.connections().merge_metadata(caller.environment(), &of.integration, &names, metadata.get(), app.clock.now()).await?;
    answer(&unknown, StatusCode::OK, &metadata)
}

/// 400 where the integration is not named or does not exist; the write itself finds out about the connection.
async fn addressed(
    app: &App,
    caller: &Caller,
    Path(connection): Path<String>,
    Query(params): Query<Params>,
    headers: &HeaderMap,
) -> Result<ConnectionRef, ApiError> {
    caller.require("environment:connections:update")?;
    let named = params.provider_config_key.as_deref().or_else(|| header(headers, "provider-config-key")).filter(|key| !key.is_empty());
    let key = named.ok_or_else(|| {
        let message = "name the integration, in the header `Provider-Config-Key` or as `?provider_config_key=`";
        ApiError::bad_request("missing_provider_config", message)
    })?;
    let integration = IntegrationKey::new(key).map_err(|_| ApiError::unknown_integration(key))?;
    if app.store.integrations().lookup(caller.environment(), &integration).await?.is_none() {
        return Err(ApiError::unknown_integration(key));
    }
    let connection = ConnectionName::new(connection).map_err(|_| ApiError::unknown_connection())?;
    Ok(ConnectionRef { integration, connection })
}

fn answer(unknown: &[ConnectionName], status: StatusCode, metadata: &RawValue) -> Result<Response, ApiError> {
    if !unknown.is_empty() {
        return Err(ApiError::unknown_connection());
    }
    Ok((status, [(CONTENT_TYPE, "application/json")], metadata.get().to_owned()).into_response())
}
