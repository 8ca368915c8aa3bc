//! The integration that a path names.

use syncline_domain::{EnvironmentId, IntegrationKey};
use syncline_store::IntegrationRow;

use crate::error::ApiError;
use crate::state::App;

/// 404 `not_found` where there is none; a text that is no key is a key that nothing has.
pub(crate) async fn integration(app: &App, environment: EnvironmentId, key: &str) -> Result<IntegrationRow, ApiError> {
    let unknown = || ApiError::not_found(format!("integration `{key}` does not exist"));
    let key = IntegrationKey::new(key).map_err(|_| unknown())?;
    app.store.integrations().lookup(environment, &key).await?.ok_or_else(unknown)
}
