//! What credentials of an MCP server are good with: one client at one authorization server for one resource.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use syncline_domain::Secret;
use url::Url;

use super::client::Client;
use crate::ModeError;

/// Kept with the credentials, sealed: whoever may change the connection config must not be able to have a refresh token sent elsewhere.
#[derive(Serialize, Deserialize)]
pub(super) struct Bound {
    #[serde(flatten)]
    pub(super) client: Client,
    pub(super) issuer: String,
    pub(super) token_endpoint: Url,
    /// As the server spells it (RFC 8707).
    pub(super) resource: String,
    pub(super) server_url: Url,
}

impl Bound {
    pub(super) fn seal(&self) -> Secret {
        Secret::new(serde_json::to_string(self).expect("plain data has a JSON form"))
    }

    pub(super) fn open(sealed: Option<&Secret>) -> Result<Self, ModeError> {
        let bound = sealed.and_then(|sealed| serde_json::from_str(sealed.expose()).ok());
        bound.ok_or_else(|| refused("the credentials do not say which authorization server gave them; reconnect"))
    }

    /// Whether the connection still speaks of the same servers.
    pub(super) fn check(&self, server_url: &Url, connection_config: &Map<String, Value>) -> Result<(), ModeError> {
        let is_same = |name: &str, bound: &str| connection_config.get(name).is_none_or(|told| told == bound);
        let is_unchanged =
            *server_url == self.server_url && is_same("issuer", &self.issuer) && is_same("token_endpoint", self.token_endpoint.as_str());
        if is_unchanged {
            Ok(())
        } else {
            Err(refused("the connection names another server than the one that gave its credentials; reconnect"))
        }
    }
}

fn refused(message: &str) -> ModeError {
    ModeError::Refused { code: "authorization_server_changed".to_owned(), message: message.to_owned(), status: None }
}
