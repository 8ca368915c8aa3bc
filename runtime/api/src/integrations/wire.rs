//! The public form of an integration.

use serde_json::{Value, json};
use syncline_store::IntegrationRow;
use utoipa::ToSchema;

use crate::integrations::settings;
use crate::providers::logo;
use crate::state::App;

/// The form, described; [`integration`] writes it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes JSON that is written by hand")]
pub(crate) struct Integration {
    unique_key: String,
    provider: String,
    display_name: String,
    /// URL of the provider's logo
    logo: String,
    forward_webhooks: bool,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    /// Names of credentials that the integration brings along
    #[schema(required = false)]
    preconfigured_credentials: Vec<String>,
}

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
