//! The public form of an integration.

use serde_json::{Value, json};
use syncline_store::IntegrationRow;
use utoipa::ToSchema;

use crate::integrations::settings;
use crate::providers::logo;
use crate::state::App;

/// The form, described; [`integration`] writes it.
#[derive(serde::Serialize, ToSchema)]
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
    /// What to call fields of the credentials, by their names: what `custom` says of them
    #[schema(required = false)]
    credentials_label: std::collections::BTreeMap<String, String>,
}

/// The client that a provider knows you by, as its auth mode has it.
#[derive(serde::Serialize, ToSchema)]
#[serde(tag = "type")]
#[expect(dead_code, reason = "describes what `settings` checks and writes by hand")]
pub(crate) enum ClientSettings {
    /// An OAuth 2.0 client
    #[serde(rename = "OAUTH2")]
    Oauth2(OauthClient),
    /// An OAuth 1.0a consumer
    #[serde(rename = "OAUTH1")]
    Oauth1(OauthClient),
    /// A NetSuite integration record
    #[serde(rename = "TBA")]
    Tba(OauthClient),
    /// An app that users install
    #[serde(rename = "APP")]
    App(AppClient),
    /// An app that users install, and its OAuth client
    #[serde(rename = "CUSTOM")]
    Custom(AppWithUserClient),
    /// A client of one MCP server
    #[serde(rename = "MCP_OAUTH2")]
    McpOauth2(McpClient),
}

#[derive(serde::Serialize, ToSchema)]
pub(crate) struct OauthClient {
    #[schema(min_length = 1, max_length = 16_384)]
    client_id: String,
    #[schema(min_length = 1, max_length = 16_384)]
    client_secret: String,
    /// Joined by commas
    #[schema(max_length = 16_384)]
    scopes: Option<String>,
    #[schema(max_length = 16_384)]
    webhook_secret: Option<String>,
}

#[derive(serde::Serialize, ToSchema)]
pub(crate) struct AppClient {
    #[schema(min_length = 1, max_length = 16_384)]
    app_id: String,
    /// The app's public page, an https URL
    #[schema(format = "uri", min_length = 1, max_length = 16_384, example = "https://github.com/apps/example")]
    app_link: String,
    /// In PEM
    #[schema(min_length = 1, max_length = 16_384)]
    private_key: String,
}

#[derive(serde::Serialize, ToSchema)]
pub(crate) struct AppWithUserClient {
    #[schema(min_length = 1, max_length = 16_384)]
    client_id: String,
    #[schema(min_length = 1, max_length = 16_384)]
    client_secret: String,
    #[schema(min_length = 1, max_length = 16_384)]
    app_id: String,
    /// The app's public page, an https URL
    #[schema(format = "uri", min_length = 1, max_length = 16_384, example = "https://github.com/apps/example")]
    app_link: String,
    /// In PEM
    #[schema(min_length = 1, max_length = 16_384)]
    private_key: String,
}

#[derive(serde::Serialize, ToSchema)]
pub(crate) struct McpClient {
    #[schema(min_length = 1, max_length = 16_384)]
    client_id: String,
    /// None for a public client
    #[schema(max_length = 16_384)]
    client_secret: Option<String>,
    /// Joined by commas
    #[schema(max_length = 16_384)]
    scopes: Option<String>,
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
    let labels = entry.map(|entry| settings::labels(entry, row)).unwrap_or_default();
    if !labels.is_empty() {
        wire["credentials_label"] = labels.into();
    }
    wire
}
