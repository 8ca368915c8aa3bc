//! What deliveries are verified with.

use schemars::JsonSchema;
use serde::Deserialize;

/// Which secret it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SecretSource {
    /// The integration's webhook secret: the provider shows or asks for it where the webhook is set up. Also a public key.
    #[default]
    Webhook,
    /// The secret of the integration's client.
    Client,
}

/// The secrets of an integration.
#[derive(Clone, Default)]
pub struct WebhookSecrets {
    /// Several where one is being replaced by another.
    pub webhook: Vec<String>,
    /// The client's.
    pub client: Vec<String>,
}

impl WebhookSecrets {
    /// A setting holds one secret, or several with white space between them.
    pub fn new(webhook: Option<&str>, client: Option<&str>) -> Self {
        let read = |text: Option<&str>| text.map(|text| text.split_whitespace().map(str::to_owned).collect()).unwrap_or_default();
        Self { webhook: read(webhook), client: read(client) }
    }

    pub(super) fn of(&self, source: SecretSource) -> &[String] {
        match source {
            SecretSource::Webhook => &self.webhook,
            SecretSource::Client => &self.client,
        }
    }
}

impl std::fmt::Debug for WebhookSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "WebhookSecrets({} and {})", self.webhook.len(), self.client.len())
    }
}
