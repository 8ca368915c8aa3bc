//! What is asked for.

use oauth2::Scope;
use serde_json::Value;

use crate::setting::Setting;

/// In the connection config: scopes of this connection alone, by the wire's name.
pub(crate) const SCOPES_OVERRIDE: &str = "oauth_scopes_override";

/// The connection's own scopes, else the session's or the integration's, else the entry's.
pub(crate) fn scopes(setting: &Setting<'_>, defaults: &[String]) -> Vec<Scope> {
    let own = match setting.connection_config.get(SCOPES_OVERRIDE) {
        Some(Value::String(text)) => split(text),
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).flat_map(split).collect(),
        _ => Vec::new(),
    };
    let asked = setting.scopes.as_deref().map(split).unwrap_or_default();
    let of_integration = setting.client.get("scopes").map(split).unwrap_or_default();
    let default = || defaults.iter().map(|scope| Scope::new(scope.clone())).collect();
    [own, asked, of_integration].into_iter().find(|scopes| !scopes.is_empty()).unwrap_or_else(default)
}

/// People write commas, and some write blanks, which no scope can hold (RFC 6749, 3.3).
fn split(text: &str) -> Vec<Scope> {
    let names = text.split(|c: char| c == ',' || c.is_whitespace()).filter(|name| !name.is_empty());
    names.map(|name| Scope::new(name.to_owned())).collect()
}
