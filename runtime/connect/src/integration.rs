//! Setting up an integration, and where its webhooks go.

use serde_json::Value;
use syncline_domain::{EnvironmentId, IntegrationKey, Secret};
use syncline_store::{Error as StoreError, IntegrationRow, NewIntegration};
use url::Url;
use uuid::Uuid;

use crate::{Connect, ConnectError};

/// An integration to set up.
#[derive(Debug)]
pub struct CreateIntegration {
    /// The provider's key in the catalogue.
    pub provider: String,
    /// How the caller will name the integration.
    pub key: IntegrationKey,
    /// For people; the provider's own name when absent.
    pub display_name: Option<String>,
    /// The OAuth client and its like, as the wire's object.
    pub credentials: Option<Value>,
    /// Free settings, a JSON object.
    pub custom: Option<Value>,
    /// Whether incoming webhooks are forwarded to the product.
    pub forward_webhooks: bool,
}

impl Connect {
    /// Creates an integration for a provider of the catalogue.
    pub async fn create_integration(&self, environment: EnvironmentId, create: CreateIntegration) -> Result<IntegrationRow, ConnectError> {
        let entry = self.entry(&create.provider)?;
        let new = NewIntegration {
            environment,
            key: create.key.clone(),
            display_name: Some(create.display_name.unwrap_or_else(|| entry.display_name.clone())),
            provider: create.provider,
            credentials: create.credentials.map(|credentials| Secret::new(credentials.to_string())),
            custom: create.custom.map(|custom| custom.to_string()),
            forward_webhooks: create.forward_webhooks,
            now: self.now(),
        };
        self.store().integrations().insert(new).await.map_err(|error| match error {
            StoreError::Conflict { .. } => ConnectError::KeyTaken { key: create.key.to_string() },
            other => other.into(),
        })
    }

    /// Where the provider's webhooks go, below the address at which the world reaches this server.
    pub fn webhook_url(&self, environment: Uuid, integration: &IntegrationKey) -> Url {
        let mut url = self.options().public_url.clone();
        let mut path = url.path_segments_mut().expect("an http URL has a path");
        path.pop_if_empty().extend(["webhook", &environment.to_string(), integration.as_str()]);
        drop(path);
        url
    }
}
