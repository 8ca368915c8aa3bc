//! The connection that a request is about.

use serde::Deserialize;
use syncline_domain::{ConnectionName, ConnectionRef, ConnectionRowId, EnvironmentId, IntegrationKey};
use syncline_store::ConnectionRow;
use utoipa::IntoParams;

use crate::error::ApiError;
use crate::openapi::IntegrationKeyText;
use crate::state::App;

/// How a path to one connection is completed: its id is unique in its integration only.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct InIntegration {
    /// Key of the connection's integration
    #[param(value_type = IntegrationKeyText, inline)]
    pub(crate) provider_config_key: IntegrationKey,
}

/// 400 `unknown_connection` where there is none.
pub(crate) async fn addressed(app: &App, environment: EnvironmentId, of: &ConnectionRef) -> Result<ConnectionRow, ApiError> {
    app.store.connections().lookup(environment, of).await?.ok_or_else(ApiError::unknown_connection)
}

/// The same where its row is enough.
pub(crate) async fn addressed_row(app: &App, environment: EnvironmentId, of: &ConnectionRef) -> Result<ConnectionRowId, ApiError> {
    app.store.connections().lookup_row_id(environment, of).await?.ok_or_else(ApiError::unknown_connection)
}

/// The connection of a path: 400 `unknown_provider_config` without the integration, 404 `not_found` without the connection.
pub(crate) async fn in_path(
    app: &App,
    environment: EnvironmentId,
    integration: IntegrationKey,
    connection: &str,
) -> Result<ConnectionRow, ApiError> {
    let unknown = || ApiError::not_found(format!("connection `{connection}` does not exist in integration `{integration}`"));
    let name = ConnectionName::new(connection).map_err(|_| unknown())?;
    let of = ConnectionRef { integration: integration.clone(), connection: name };
    if let Some(row) = app.store.connections().lookup(environment, &of).await? {
        return Ok(row);
    }
    match app.store.integrations().lookup(environment, &integration).await? {
        Some(_) => Err(unknown()),
        None => Err(ApiError::unknown_integration(integration.as_str())),
    }
}
