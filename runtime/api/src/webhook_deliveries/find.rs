//! A delivery by the id in its path.

use syncline_domain::{EnvironmentId, WebhookDeliveryId};
use syncline_store::WebhookDeliveryRow;

use crate::error::ApiError;
use crate::state::App;

/// 404 for another environment's, and for what is no id.
pub(crate) async fn delivery(app: &App, environment: EnvironmentId, id: &str) -> Result<WebhookDeliveryRow, ApiError> {
    let found = app.store.webhook_deliveries().lookup(number(id)?).await?;
    found.filter(|row| row.environment == environment).ok_or_else(|| unknown(id))
}

pub(super) fn number(id: &str) -> Result<WebhookDeliveryId, ApiError> {
    id.parse().map(WebhookDeliveryId).map_err(|_| unknown(id))
}

pub(super) fn unknown(id: &str) -> ApiError {
    ApiError::not_found(format!("there is no webhook delivery `{id}`; `GET /webhooks/deliveries` lists those of the last 30 days"))
}
