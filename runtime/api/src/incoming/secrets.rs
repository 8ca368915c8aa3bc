//! What an integration's deliveries are verified with.

use serde_json::{Map, Value};
use syncline_providers::webhook::WebhookSecrets;
use syncline_store::IntegrationRow;

/// The webhook secret among the credentials, or, as the field has it for providers without credentials of an integration, in `custom`.
pub(super) fn of(integration: &IntegrationRow) -> WebhookSecrets {
    let read = |text: &str| serde_json::from_str::<Map<String, Value>>(text).unwrap_or_default();
    let sealed = integration.credentials.as_ref().map(|credentials| read(credentials.expose())).unwrap_or_default();
    let custom = integration.custom.as_deref().map(read).unwrap_or_default();
    let text = |object: &'_ Map<String, Value>, name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
    let webhook = text(&sealed, "webhook_secret").or_else(|| text(&custom, "webhookSecret")).or_else(|| text(&custom, "webhook_secret"));
    WebhookSecrets::new(webhook.as_deref(), text(&sealed, "client_secret").as_deref())
}
