//! An integration as an OAuth client that needs no registration: its id is the address of this document.
//!
//! OAuth Client ID Metadata Document (draft-ietf-oauth-client-id-metadata-document); the members are those of RFC 7591, section 2.

use serde_json::{Value, json};
use syncline_domain::IntegrationKey;
use syncline_providers::Auth;
use uuid::Uuid;

use crate::{Connect, ConnectError};

impl Connect {
    /// The document of an integration of an MCP server. Public: it says nothing but names and addresses.
    pub async fn client_metadata(&self, environment: Uuid, key: &str) -> Result<Value, ConnectError> {
        let unknown = || ConnectError::UnknownIntegration { key: key.to_owned() };
        let environments = self.store().environments().list().await?;
        let environment = environments.iter().find(|row| row.uuid == environment).ok_or_else(unknown)?.id;
        let key = IntegrationKey::new(key).map_err(|_| unknown())?;
        let integration = self.store().integrations().lookup(environment, &key).await?.ok_or_else(unknown)?;
        let entry = self.entry(&integration.provider)?;
        if !matches!(entry.auth, Auth::Mcp(_)) {
            return Err(unknown());
        }
        let urls = self.urls(&integration).await?;
        let name = integration.display_name.as_deref().unwrap_or(&entry.display_name);
        // It keeps no secret towards servers that it meets this way: PKCE proves that the code is its own.
        Ok(json!({
            "client_id": urls.client_metadata,
            "client_name": name,
            "client_uri": self.options().public_url,
            "redirect_uris": [urls.callback],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
            "application_type": "web",
        }))
    }
}
