//! Which settings an integration has, and how the form asks for them.

use serde_json::{Map, Value};
use syncline_connect::client_fields;
use syncline_console::pages::{Field, FieldKind};
use syncline_providers::{Auth, Entry, Language, Webhook};
use syncline_store::IntegrationRow;

/// By the name of the wire.
pub(super) const WEBHOOK_SECRET: &str = "webhook_secret";

/// What is stored in an integration, by the wire's names.
pub(super) fn stored(row: &IntegrationRow) -> Map<String, Value> {
    row.credentials.as_ref().and_then(|secret| serde_json::from_str(secret.expose()).ok()).unwrap_or_default()
}

/// What an integration lacks before anybody can connect with it.
pub(in crate::console) fn lacks(row: &IntegrationRow, entry: Option<&Entry>) -> Option<String> {
    let Some(entry) = entry else { return Some("Its provider is not in the catalogue any more".to_owned()) };
    let stored = stored(row);
    let missing = |field: &Field| field.is_required && text(&stored, &field.name).is_none();
    let first = client(entry, &Map::new()).into_iter().chain(config(entry, &Map::new())).find(missing)?;
    Some(format!("{} is missing", first.label))
}

/// The client at the provider: id, secret, scopes; or an app's id, link and key.
pub(super) fn client(entry: &Entry, stored: &Map<String, Value>) -> Vec<Field> {
    let known = client_fields(&entry.auth).iter().filter_map(|(name, is_required)| {
        let (label, help, kind) = described(name, &entry.auth, stored)?;
        let value = if is_secret(&kind) { String::new() } else { text(stored, name).unwrap_or_default().to_owned() };
        let example = if *name == "scopes" { default_scopes(&entry.auth) } else { String::new() };
        Some(Field { help: help.to_owned(), value, example, kind, is_required: *is_required, ..Field::new(*name, label) })
    });
    known.collect()
}

/// The entry's own settings.
pub(super) fn config(entry: &Entry, stored: &Map<String, Value>) -> Vec<Field> {
    let asked = entry.integration_config.iter().filter(|(_, field)| !field.automated && !field.hidden);
    let field = |(name, field): (&String, &syncline_providers::Field)| {
        let is_set = text(stored, name).is_some();
        let kind = match field {
            _ if field.secret => FieldKind::Secret { is_set },
            _ if !field.allowed.is_empty() => FieldKind::Choice(field.allowed.clone()),
            _ => FieldKind::Text,
        };
        let value = if field.secret { None } else { text(stored, name).or(field.default_value.as_deref()) };
        Field {
            help: field.description.get(Language::En).to_owned(),
            value: value.unwrap_or_default().to_owned(),
            example: field.example.clone().unwrap_or_default(),
            kind,
            is_required: !field.may_be_absent() && field.visible_when.is_none(),
            ..Field::new(name.clone(), field.title.get(Language::En))
        }
    };
    asked.map(field).collect()
}

/// What the provider's webhooks are verified with, where it is a secret of their own.
pub(super) fn webhook(entry: &Entry, stored: &Map<String, Value>) -> Vec<Field> {
    if !entry.webhook.as_ref().is_some_and(Webhook::needs_own_secret) || entry.integration_config.contains_key(WEBHOOK_SECRET) {
        return Vec::new();
    }
    let kind = FieldKind::Secret { is_set: text(stored, WEBHOOK_SECRET).is_some() };
    let help =
        "What the provider shows or asks for where the webhook is set up. Two with a space between them while you replace one by another."
            .to_owned();
    vec![Field { help, kind, is_required: false, ..Field::new(WEBHOOK_SECRET, "Webhook secret") }]
}

/// Whether it is kept with the client; else it is one of the entry's settings.
pub(super) fn has_webhook_secret(auth: &Auth) -> bool {
    client_fields(auth).iter().any(|(name, _)| *name == WEBHOOK_SECRET)
}

pub(super) fn is_secret(kind: &FieldKind) -> bool {
    matches!(kind, FieldKind::Secret { .. } | FieldKind::LongSecret { .. })
}

/// A stored value that is there and not empty.
pub(super) fn text<'s>(stored: &'s Map<String, Value>, name: &str) -> Option<&'s str> {
    stored.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// Label, help and kind of a client's field; `None` for what the console does not ask for.
fn described(name: &str, auth: &Auth, stored: &Map<String, Value>) -> Option<(&'static str, &'static str, FieldKind)> {
    let is_set = text(stored, name).is_some();
    let is_consumer = matches!(auth, Auth::OAuth1(_) | Auth::Tba);
    Some(match name {
        "client_id" if is_consumer => {
            ("Consumer key", "Of your app in the provider’s developer settings. Also called API key.", FieldKind::Text)
        }
        "client_id" => ("Client ID", "Of your OAuth app in the provider’s developer settings.", FieldKind::Text),
        "client_secret" if is_consumer => ("Consumer secret", "", FieldKind::Secret { is_set }),
        "client_secret" => ("Client secret", "", FieldKind::Secret { is_set }),
        // OAuth 1.0a has none.
        "scopes" if is_consumer => return None,
        "scopes" => ("Scopes", "What your app asks for, separated by commas. Empty asks for the provider’s usual ones.", FieldKind::Text),
        "app_id" => ("App ID", "On the page of your app’s settings.", FieldKind::Text),
        "app_link" => ("App link", "The public page of your app, from which it is installed.", FieldKind::Url),
        "private_key" => ("Private key", "The whole PEM file that the provider made for your app.", FieldKind::LongSecret { is_set }),
        // Asked for apart, where the provider signs its webhooks with it.
        _ => return None,
    })
}

fn default_scopes(auth: &Auth) -> String {
    match auth {
        Auth::OAuth2(oauth) => oauth.default_scopes.join(","),
        Auth::Mcp(mcp) => mcp.default_scopes.join(","),
        _ => String::new(),
    }
}
