//! What was entered for an integration: checked field by field, so that each mistake stands where it was made.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use syncline_console::pages::{Field, FieldKind};
use syncline_domain::IntegrationKey;
use syncline_providers::Entry;
use url::Url;

use crate::console::form::Form;
use crate::console::integrations::fields::{self, WEBHOOK_SECRET};
use crate::console::refusal::sentence;

const MAX_NAME_CHARS: usize = 255;
const DISPLAY_NAME: &str = "display_name";
const KEY: &str = "unique_key";

/// The form's fields, with what was entered, what is stored, and what is wrong.
pub(super) struct Draft {
    /// Name and, for a new one, key.
    pub(super) about: Vec<Field>,
    /// The client at the provider.
    pub(super) client: Vec<Field>,
    /// The entry's own settings.
    pub(super) config: Vec<Field>,
    /// What the provider's webhooks are verified with.
    pub(super) webhook: Vec<Field>,
    stored: Map<String, Value>,
    entered: Map<String, Value>,
}

impl Draft {
    /// As it is stored; for a new one nothing is, and it is asked for a key, too.
    pub(super) fn of(entry: &Entry, display_name: &str, new_key: Option<String>, stored: Map<String, Value>) -> Self {
        let name = Field {
            value: display_name.to_owned(),
            help: "What your users see in the Connect UI.".to_owned(),
            ..Field::new(DISPLAY_NAME, "Display name")
        };
        let key = new_key.map(|value| Field {
            value,
            help: "By which your code will know it. It stays once accounts are connected.".to_owned(),
            ..Field::new(KEY, "Key")
        });
        Self {
            about: std::iter::once(name).chain(key).collect(),
            client: fields::client(entry, &stored),
            config: fields::config(entry, &stored),
            webhook: fields::webhook(entry, &stored),
            stored,
            entered: Map::new(),
        }
    }

    /// Takes what was entered over and checks it.
    pub(super) fn enter(&mut self, entry: &Entry, form: &Form) {
        for field in &mut self.about {
            form.get(&field.name).clone_into(&mut field.value);
            field.problem = match field.name.as_str() {
                _ if field.value.is_empty() => Some(format!("{} is missing.", field.label)),
                KEY => IntegrationKey::new(field.value.as_str()).err().map(|defect| format!("{}.", sentence(&defect.to_string()))),
                _ if field.value.chars().count() > MAX_NAME_CHARS => Some(format!("Use {MAX_NAME_CHARS} characters at most.")),
                _ => None,
            };
        }
        for field in self.client.iter_mut().chain(&mut self.config).chain(&mut self.webhook) {
            let value = form.get(&field.name);
            let is_secret = fields::is_secret(&field.kind);
            field.problem = match value {
                "" if field.must_be_entered() => Some(format!("{} is missing.", field.label)),
                "" => None,
                value => problem(field, entry, value),
            };
            let kept = || self.stored.get(&field.name).filter(|_| is_secret).cloned();
            if let Some(value) = Some(value).filter(|value| !value.is_empty()).map(Value::from).or_else(kept) {
                self.entered.insert(field.name.clone(), value);
            }
            // A secret never goes back into the page.
            field.value = if is_secret { String::new() } else { value.to_owned() };
        }
    }

    pub(super) fn is_fine(&self) -> bool {
        self.about.iter().chain(&self.client).chain(&self.config).chain(&self.webhook).all(|field| field.problem.is_none())
    }

    /// Says what only the store could know of the key.
    pub(super) fn refuse_key(&mut self, problem: &str) {
        if let Some(field) = self.about.iter_mut().find(|field| field.name == KEY) {
            field.problem = Some(problem.to_owned());
        }
    }

    pub(super) fn display_name(&self) -> String {
        self.about(DISPLAY_NAME).to_owned()
    }

    /// The key of a new one, valid once the draft is fine.
    pub(super) fn key(&self) -> Option<IntegrationKey> {
        IntegrationKey::new(self.about(KEY)).ok()
    }

    /// The client as the wire has it, with what is stored and not asked for; `None` for modes without one.
    pub(super) fn client_body(&self, entry: &Entry) -> Option<Map<String, Value>> {
        if self.client.is_empty() {
            return None;
        }
        let mut body = Map::from_iter([("type".to_owned(), entry.auth.mode().into())]);
        // Where it is not asked for, what is stored stays.
        let of_client = self.webhook.iter().filter(|_| fields::has_webhook_secret(&entry.auth));
        let not_asked = self.stored.iter().filter(|(name, _)| *name == WEBHOOK_SECRET && self.webhook.is_empty());
        body.extend(not_asked.map(|(name, value)| (name.clone(), value.clone())));
        body.extend(
            self.client.iter().chain(of_client).filter_map(|field| Some((field.name.clone(), self.entered.get(&field.name)?.clone()))),
        );
        Some(body)
    }

    /// The entry's own settings; one that was emptied is said to be so.
    pub(super) fn config_body(&self, entry: &Entry) -> BTreeMap<String, String> {
        let value = |field: &Field| self.entered.get(&field.name).and_then(Value::as_str).map(str::to_owned);
        let config = self.config.iter().map(|field| (field.name.clone(), value(field).unwrap_or_default()));
        let webhook = self.webhook.iter().filter(|_| !fields::has_webhook_secret(&entry.auth));
        config.chain(webhook.filter_map(|field| Some((field.name.clone(), value(field)?)))).collect()
    }

    fn about(&self, name: &str) -> &str {
        self.about.iter().find(|field| field.name == name).map_or("", |field| &field.value)
    }
}

fn problem(field: &Field, entry: &Entry, value: &str) -> Option<String> {
    if let Some(declared) = entry.integration_config.get(&field.name) {
        return declared.check(value).err().map(|problem| format!("{}.", sentence(&problem)));
    }
    let is_web = |text: &str| Url::parse(text).is_ok_and(|url| url.scheme() == "https" && url.has_host());
    match &field.kind {
        FieldKind::Url if !is_web(value) => Some("This must be an address such as https://github.com/apps/your-app.".to_owned()),
        FieldKind::LongSecret { .. } if !value.contains("PRIVATE KEY-----") => {
            Some("This is no private key in PEM form: it begins with -----BEGIN and ends with PRIVATE KEY-----.".to_owned())
        }
        FieldKind::Text | FieldKind::Secret { .. }
            if !matches!(field.name.as_str(), "scopes" | WEBHOOK_SECRET) && value.contains(char::is_whitespace) =>
        {
            Some("There is a space in it. Copy it once more.".to_owned())
        }
        _ => None,
    }
}
