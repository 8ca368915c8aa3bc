//! Where functions are built: on the author's machine, not here. What the endpoints that take source have in common.

use serde::Deserialize;
use syncline_domain::{ConnectionName, ConnectionRef, FunctionName, IntegrationKey};
use syncline_store::{ConnectionRow, IntegrationRow};
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::error::ApiError;
use crate::state::App;
use http::StatusCode;

/// What source can be written for.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SourceKind {
    Action,
    Sync,
}

/// 400, not 503: another try would not help.
pub(super) fn elsewhere() -> ApiError {
    let message = "this server does not compile functions; build them on your machine and deploy what was built with `syncline deploy`";
    ApiError::bad_request("execution_environment_unavailable", message)
}

/// 400 where there is no source at all.
pub(super) fn check_code(code: &str) -> Result<(), ApiError> {
    if code.trim().is_empty() { Err(ApiError::invalid_body(&["code"], "is empty")) } else { Ok(()) }
}

/// 400 for a name that no function can have.
pub(super) fn check_name(path: &[&str], name: &str) -> Result<FunctionName, ApiError> {
    FunctionName::new(name).map_err(|defect| ApiError::invalid_body(path, defect.to_string()))
}

/// 404 `integration_not_found`
pub(super) async fn integration(app: &App, caller: &Caller, key: &str) -> Result<IntegrationRow, ApiError> {
    let unknown = || ApiError::new(StatusCode::NOT_FOUND, "integration_not_found", format!("integration `{key}` does not exist"));
    let key = IntegrationKey::new(key).map_err(|_| unknown())?;
    app.store.integrations().lookup(caller.environment(), &key).await?.ok_or_else(unknown)
}

/// 404 `connection_not_found`
pub(super) async fn connection(app: &App, caller: &Caller, integration: &IntegrationRow, name: &str) -> Result<ConnectionRow, ApiError> {
    let message = format!("connection `{name}` does not exist in integration `{}`", integration.key);
    let unknown = || ApiError::new(StatusCode::NOT_FOUND, "connection_not_found", message.clone());
    let connection = ConnectionName::new(name).map_err(|_| unknown())?;
    let of = ConnectionRef { integration: integration.key.clone(), connection };
    app.store.connections().lookup(caller.environment(), &of).await?.ok_or_else(unknown)
}
