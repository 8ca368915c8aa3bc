//! The client that a provider knows an integration by: its fields in each auth mode, and its form for those who may read it.

use serde_json::{Map, Value, json};
use syncline_providers::{Auth, ClientRegistration, Entry};
use syncline_store::IntegrationRow;

/// A field of a client, and whether nothing works without it.
pub type ClientField = (&'static str, bool);

const OAUTH: &[ClientField] = &[("client_id", true), ("client_secret", true), ("scopes", false), ("webhook_secret", false)];
const APP: &[ClientField] = &[("app_id", true), ("app_link", true), ("private_key", true)];
const APP_WITH_USER: &[ClientField] =
    &[("client_id", true), ("client_secret", true), ("app_id", true), ("app_link", true), ("private_key", true)];
/// A client of an MCP server may be public (OAuth 2.1, 2.1).
const MCP: &[ClientField] = &[("client_id", true), ("client_secret", false), ("scopes", false)];

/// The fields of the client; empty for modes whose connections bring everything.
pub fn client_fields(auth: &Auth) -> &'static [ClientField] {
    match auth {
        Auth::OAuth2(_) | Auth::OAuth1(_) | Auth::Tba => OAUTH,
        Auth::App(_) => APP,
        Auth::AppWithUser(_) => APP_WITH_USER,
        // A server that the user names has no client of ours, and one that takes registrations may still have one.
        Auth::Mcp(mcp) if !mcp.is_generic && matches!(mcp.registration, ClientRegistration::Static | ClientRegistration::Automatic) => MCP,
        _ => &[],
    }
}

/// The client in clear, for a caller who may read it; `null` for modes that have none.
pub fn exposed_client(entry: Option<&Entry>, row: &IntegrationRow) -> Value {
    let stored = row.credentials.as_ref().and_then(|settings| serde_json::from_str::<Map<String, Value>>(settings.expose()).ok());
    let (Some(entry), Some(stored)) = (entry, stored) else { return Value::Null };
    let fields = client_fields(&entry.auth);
    if !fields.iter().any(|(name, _)| stored.contains_key(*name)) {
        return Value::Null;
    }
    let mut shown = json!({ "type": entry.auth.mode() });
    for (name, _) in fields {
        shown[name] = stored.get(*name).cloned().unwrap_or(Value::Null);
    }
    shown
}
