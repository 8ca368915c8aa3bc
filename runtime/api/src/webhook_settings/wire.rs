//! The public form of the settings: without the signing key.

use serde_json::{Value, json};
use syncline_store::WebhookSettings;

pub(super) fn settings(settings: &WebhookSettings) -> Value {
    json!({
        "primary_url": settings.primary_url,
        "secondary_url": settings.secondary_url,
        "on_auth_creation": settings.on_auth_creation,
        "on_auth_refresh_error": settings.on_auth_refresh_error,
        "on_async_action_completion": settings.on_async_action_completion,
    })
}
