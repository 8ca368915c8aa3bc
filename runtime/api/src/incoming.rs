//! `POST /webhook/:environment/:key`: where providers' webhooks will arrive.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{Path, State};
use http::StatusCode;
use syncline_domain::IntegrationKey;
use uuid::Uuid;

use crate::error::ApiError;
use crate::state::App;

/// Take a provider's webhook
///
/// Not yet: 404 `feature_disabled`, so that the provider keeps it and says that it was not delivered. 404 `unknown_environment` or
/// `unknown_provider_config` where the address is wrong.
#[utoipa::path(
    post,
    path = "/webhook/{environment}/{key}",
    operation_id = "receiveWebhook",
    tag = "integrations",
    security(()),
    params(
        ("environment" = String, Path, description = "Id of the environment"),
        ("key" = String, Path, description = "Key of the integration")
    ),
    responses((status = 200, description = "Not answered by this server"))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, Path((environment, key)): Path<(String, String)>) -> Result<Infallible, ApiError> {
    let missing = |code: &'static str, message: String| ApiError::new(StatusCode::NOT_FOUND, code, message);
    let unknown = || missing("unknown_environment", format!("there is no environment `{environment}`"));
    let uuid = Uuid::parse_str(&environment).map_err(|_| unknown())?;
    let row = app.store.environments().lookup_by_uuid(uuid).await?.ok_or_else(unknown)?;
    let integration = match IntegrationKey::new(key.clone()) {
        Ok(key) => app.store.integrations().lookup(row.id, &key).await?,
        Err(_) => None,
    };
    if integration.is_none() {
        return Err(missing("unknown_provider_config", format!("integration `{key}` does not exist")));
    }
    Err(missing("feature_disabled", "this server does not take webhooks of providers; turn them off there, and let syncs poll".to_owned()))
}
