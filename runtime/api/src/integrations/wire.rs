//! The public form of an integration.

use serde_json::{Value, json};
use syncline_store::IntegrationRow;

use crate::integrations::settings;
use crate::providers::logo;
use crate::state::App;

/// Without credentials.
pub(super) fn integration(app: &App, row: &IntegrationRow) -> Value {
    let entry = app.catalogue.get(&row.provider);
    let display_name = row.display_name.as_deref().or_else(|| entry.map(|entry| entry.display_name.as_str()));
    let mut wire = json!({
        "unique_key": row.key,
        "provider": row.provider,
        "display_name": display_name.unwrap_or(&row.provider),
        "logo": logo::url(app, &row.provider),
        "forward_webhooks": row.forward_webhooks,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    });
    let preset: Vec<String> =
        entry.map(|entry| settings::preconfigured(entry, row).into_iter().map(|(name, _)| name).collect()).unwrap_or_default();
    if !preset.is_empty() {
        wire["preconfigured_credentials"] = json!(preset);
    }
    wire
}
