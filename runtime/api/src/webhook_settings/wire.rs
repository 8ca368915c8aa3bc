//! The public form of the settings: without the signing key.

use serde_json::{Value, json};
use syncline_store::WebhookSettings;
use utoipa::ToSchema;

/// Where webhooks go, and of what.
#[derive(ToSchema)]
#[schema(as = WebhookSettings)]
#[expect(dead_code, reason = "describes JSON that is written by hand")]
pub(crate) struct Settings {
    #[schema(required = true)]
    primary_url: Option<String>,
    #[schema(required = true)]
    secondary_url: Option<String>,
    on_auth_creation: bool,
    on_auth_refresh_error: bool,
    on_async_action_completion: bool,
}

pub(super) fn settings(settings: &WebhookSettings) -> Value {
    json!({
        "primary_url": settings.primary_url,
        "secondary_url": settings.secondary_url,
        "on_auth_creation": settings.on_auth_creation,
        "on_auth_refresh_error": settings.on_auth_refresh_error,
        "on_async_action_completion": settings.on_async_action_completion,
    })
}
