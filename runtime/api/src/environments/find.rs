//! The environment that a request names.

use syncline_store::EnvironmentRow;
use uuid::Uuid;

use crate::error::ApiError;
use crate::state::App;

/// By its id; 404 where there is none.
pub(crate) async fn environment(app: &App, id: Uuid) -> Result<EnvironmentRow, ApiError> {
    let missing = || ApiError::not_found(format!("there is no environment {id}; `GET /environments` lists those that exist"));
    app.store.environments().lookup_by_uuid(id).await?.ok_or_else(missing)
}
