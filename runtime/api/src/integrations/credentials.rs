//! The credentials of an integration: an OAuth client. The other auth modes of the catalogue have none.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use syncline_domain::{AuthMode, Secret};
use syncline_store::IntegrationRow;

use crate::error::ApiError;

/// The wire's object.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OauthApp {
    #[serde(rename = "type")]
    mode: AuthMode,
    client_id: String,
    client_secret: String,
    #[serde(default)]
    scopes: Option<String>,
    #[serde(default)]
    webhook_secret: Option<String>,
}

impl OauthApp {
    /// Checks that these are credentials of `mode`.
    pub(super) fn check(&self, mode: &str) -> Result<(), ApiError> {
        let wrong = |field: &str, message: String| Err(ApiError::invalid_body(&["credentials", field], message));
        if mode != AuthMode::Oauth2.as_str() {
            return wrong("type", format!("integrations of a provider with auth mode {mode} have no credentials"));
        }
        match self {
            _ if self.mode.as_str() != mode => wrong("type", format!("must be {mode}")),
            _ if self.client_id.is_empty() => wrong("client_id", "is empty".to_owned()),
            _ if self.client_secret.is_empty() => wrong("client_secret", "is empty".to_owned()),
            _ => Ok(()),
        }
    }

    /// For the store, which encrypts it.
    pub(super) fn into_value(self) -> Value {
        serde_json::to_value(self).expect("plain data has a JSON form")
    }
}

/// In clear, for a caller who may read them; `null` for an integration that has none.
pub(super) fn exposed(row: &IntegrationRow) -> Value {
    let stored = row.credentials.as_ref().and_then(|secret: &Secret| serde_json::from_str::<Value>(secret.expose()).ok());
    let Some(Value::Object(stored)) = stored else { return Value::Null };
    let field = |name: &str| stored.get(name).cloned().unwrap_or(Value::Null);
    json!({
        "type": stored.get("type").cloned().unwrap_or_else(|| AuthMode::Oauth2.as_str().into()),
        "client_id": field("client_id"),
        "client_secret": field("client_secret"),
        "scopes": field("scopes"),
        "webhook_secret": field("webhook_secret"),
    })
}
