//! What an operator sets in an integration: the client that the auth mode needs, and the entry's own fields. Wire contract 1.9.
//!
//! Both are kept in one sealed object, because the entry's fields can be secrets too: keys of a cloud account, a partner's token.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use syncline_connect::client_fields;
use syncline_domain::{AuthMode, Secret};
use syncline_providers::{Auth, Entry, Webhook};
use syncline_store::IntegrationRow;

use crate::error::ApiError;
use crate::issue::Issue;

/// What the wire calls `credentials`.
pub(crate) type ClientBody = Map<String, Value>;

const TYPE: &str = "type";
/// Private keys in PEM; far above any.
const MAX_CHARS: usize = 16 * 1_024;

/// Settings beside the client that every entry of a mode has: for AWS, the keys of the account that assumes the roles.
fn is_of_mode(auth: &Auth, name: &str) -> bool {
    matches!(auth, Auth::AwsSigV4(_)) && matches!(name, "access_key_id" | "secret_access_key")
}

/// What deliveries are verified with, where the client has no such field: apps, and modes whose connections bring everything.
fn is_of_webhooks(entry: &Entry, name: &str) -> bool {
    name == "webhook_secret"
        && entry.webhook.as_ref().is_some_and(Webhook::needs_own_secret)
        && !client_fields(&entry.auth).iter().any(|(field, _)| *field == name)
}

/// What to store after a change: `client` and `config` replace what is `stored` where they are given.
pub(crate) fn sealed(
    entry: &Entry,
    stored: Option<&Secret>,
    client: Option<ClientBody>,
    config: Option<BTreeMap<String, String>>,
) -> Result<Option<Value>, ApiError> {
    let stored = stored.map(read).unwrap_or_default();
    let is_of_entry =
        |name: &String| entry.integration_config.contains_key(name) || is_of_mode(&entry.auth, name) || is_of_webhooks(entry, name);
    let (old_config, old_client): (ClientBody, ClientBody) = stored.into_iter().partition(|(name, _)| is_of_entry(name));
    let client = match client {
        Some(client) => checked_client(&entry.auth, client)?,
        None => old_client,
    };
    let mut settings = old_config;
    for (name, value) in config.unwrap_or_default() {
        if !is_of_entry(&name) {
            let message = format!("the provider `{}` has no such field", entry.key);
            return Err(ApiError::invalid("invalid_body", Issue::new("unrecognized_keys", &["integration_config", &name], message)));
        }
        settings.insert(name, value.into());
    }
    entry
        .check_integration_config(&settings)
        .map_err(|defect| ApiError::invalid_body(&["integration_config", &defect.field], defect.problem.clone()))?;
    settings.extend(client);
    Ok((!settings.is_empty()).then_some(Value::Object(settings)))
}

/// Fields of the credentials that the integration has already, so that nobody is asked for them.
pub(crate) fn preconfigured(entry: &Entry, row: &IntegrationRow) -> ClientBody {
    let is_preset = |name: &String| entry.integration_config.contains_key(name) && entry.credentials.contains_key(name);
    let mut stored = row.credentials.as_ref().map(read).unwrap_or_default();
    stored.retain(|name, value| is_preset(name) && value.as_str().is_some_and(|text| !text.is_empty()));
    stored
}

/// What `custom` says of the credentials' fields: what a form calls them instead of the entry's own words.
pub(super) fn labels(entry: &Entry, row: &IntegrationRow) -> ClientBody {
    let mut custom: ClientBody = row.custom.as_deref().and_then(|custom| serde_json::from_str(custom).ok()).unwrap_or_default();
    custom.retain(|name, label| entry.credentials.contains_key(name) && label.is_string());
    custom
}

fn read(secret: &Secret) -> ClientBody {
    serde_json::from_str(secret.expose()).unwrap_or_default()
}

fn checked_client(auth: &Auth, client: ClientBody) -> Result<ClientBody, ApiError> {
    let wrong = |code, field: &str, message: String| ApiError::invalid("invalid_body", Issue::new(code, &["credentials", field], message));
    let (mode, fields) = (auth.mode(), client_fields(auth));
    if fields.is_empty() {
        let message = format!("integrations of a provider with auth mode {mode} have no credentials");
        return Err(wrong("custom", TYPE, message));
    }
    match client.get(TYPE).and_then(Value::as_str) {
        Some(given) if given == mode => {}
        // The wire has no type of its own for them.
        Some("OAUTH2") if mode == AuthMode::McpOauth2.as_str() => {}
        Some(_) => return Err(wrong("custom", TYPE, format!("must be {mode}"))),
        None => return Err(wrong("invalid_type", TYPE, format!("is missing; it is {mode}"))),
    }
    let mut checked = Map::from_iter([(TYPE.to_owned(), mode.into())]);
    for (name, value) in client {
        match value {
            _ if name == TYPE => {}
            _ if !fields.iter().any(|(known, _)| *known == name) => {
                let issue = Issue::new("unrecognized_keys", &["credentials"], format!("unknown field `{name}`"));
                return Err(ApiError::invalid("invalid_body", issue));
            }
            Value::Null => {}
            Value::String(text) if text.len() > MAX_CHARS => {
                return Err(wrong("too_big", &name, format!("has {MAX_CHARS} characters at most")));
            }
            Value::String(text) => _ = checked.insert(name, text.into()),
            _ => return Err(wrong("invalid_type", &name, "expected a string".to_owned())),
        }
    }
    for (name, is_required) in fields {
        let value = checked.get(*name).and_then(Value::as_str);
        if *is_required && value.is_none() {
            return Err(wrong("invalid_type", name, "is missing".to_owned()));
        }
        if *is_required && value.is_some_and(str::is_empty) {
            return Err(wrong("too_small", name, "is empty".to_owned()));
        }
    }
    let is_link = |text: &str| url::Url::parse(text).is_ok_and(|url| url.scheme() == "https" && url.has_host());
    if checked.get("app_link").and_then(Value::as_str).is_some_and(|text| !is_link(text)) {
        return Err(wrong("invalid_format", "app_link", "is the app's public page, an https URL: https://github.com/apps/NAME".to_owned()));
    }
    Ok(checked)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use syncline_providers::Catalogue;

    use super::*;

    fn object(value: Value) -> ClientBody {
        let Value::Object(object) = value else { panic!("an object") };
        object
    }

    fn refusal(provider: &str, client: Value) -> String {
        let catalogue = Catalogue::embedded();
        format!("{:?}", sealed(catalogue.get(provider).unwrap(), None, Some(object(client)), None).unwrap_err())
    }

    #[test]
    fn a_client_fits_the_mode_or_is_refused_with_its_field() {
        for (provider, client, says) in [
            ("slack", json!({ "type": "OAUTH2", "client_id": "i" }), "client_secret"),
            ("slack", json!({ "type": "OAUTH2", "client_id": "", "client_secret": "s" }), "client_id"),
            ("slack", json!({ "client_id": "i", "client_secret": "s" }), "is missing; it is OAUTH2"),
            ("slack", json!({ "type": "APP", "app_id": "1", "app_link": "https://x.y", "private_key": "k" }), "must be OAUTH2"),
            ("slack", json!({ "type": "OAUTH2", "client_id": "i", "client_secret": "s", "scope": "a" }), "unknown field `scope`"),
            ("slack", json!({ "type": "OAUTH2", "client_id": 1, "client_secret": "s" }), "expected a string"),
            ("unauthenticated", json!({ "type": "NONE" }), "have no credentials"),
        ] {
            let refusal = refusal(provider, client);
            assert!(refusal.contains(says), "{refusal}");
        }
    }

    #[test]
    fn what_is_not_given_stays() {
        let catalogue = Catalogue::embedded();
        let slack = catalogue.get("slack").unwrap();
        let client = object(json!({ "type": "OAUTH2", "client_id": "i", "client_secret": "s", "scopes": "a,b", "webhook_secret": null }));
        let first = sealed(slack, None, Some(client), None).unwrap().unwrap();
        let again = sealed(slack, Some(&Secret::new(first.to_string())), None, Some(BTreeMap::new())).unwrap().unwrap();
        assert_eq!(again, first);
        assert!(sealed(slack, None, None, Some([("region".to_owned(), "x".to_owned())].into())).is_err());
        assert_eq!(sealed(slack, None, None, None).unwrap(), None);
    }
}
