//! The operation that a path names.

use syncline_domain::{EnvironmentId, OperationId};
use syncline_store::OperationRow;

use crate::error::ApiError;
use crate::state::App;

/// 404 `not_found` where the environment has none of this id.
pub(super) async fn operation(app: &App, environment: EnvironmentId, id: &str) -> Result<OperationRow, ApiError> {
    let unknown = || ApiError::not_found(format!("there is no operation `{id}`; it may be older than what is kept"));
    let id: OperationId = id.parse().map_err(|_| unknown())?;
    app.store.operations().lookup(environment, id).await?.ok_or_else(unknown)
}
