//! The run that a path names.

use syncline_domain::{EnvironmentId, RunId};
use syncline_store::RunRow;

use crate::error::ApiError;
use crate::state::App;

/// 404 `not_found` where the environment has none of this id.
pub(super) async fn run(app: &App, environment: EnvironmentId, id: &str) -> Result<RunRow, ApiError> {
    let unknown = || ApiError::not_found(format!("there is no run `{id}`"));
    let id: RunId = id.parse().map_err(|_| unknown())?;
    app.store.runs().lookup(id).await?.filter(|run| run.environment == environment).ok_or_else(unknown)
}
