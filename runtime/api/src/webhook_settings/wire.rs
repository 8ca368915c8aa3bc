//! The public form of the settings: without the signing key.

use serde_json::{Value, json};
use syncline_domain::Timestamp;
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
    /// Whether the end of a sync that changed nothing is told as well
    on_sync_completion_always: bool,
    on_sync_error: bool,
    /// Until when webhooks are signed with the key before the last rotation as well
    #[schema(value_type = Option<String>, required = true, format = DateTime)]
    previous_key_valid_until: Option<String>,
}

pub(super) fn settings(settings: &WebhookSettings, now: Timestamp) -> Value {
    json!({
        "primary_url": settings.primary_url,
        "secondary_url": settings.secondary_url,
        "on_auth_creation": settings.on_auth_creation,
        "on_auth_refresh_error": settings.on_auth_refresh_error,
        "on_async_action_completion": settings.on_async_action_completion,
        "on_sync_completion_always": settings.on_sync_completion_always,
        "on_sync_error": settings.on_sync_error,
        "previous_key_valid_until": settings.previous_key.as_ref().map(|(_, until)| until).filter(|until| **until > now),
    })
}
