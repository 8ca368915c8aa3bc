//! What a person needs to know of an entry, in the order in which it is needed: for a terminal, and as a page of Markdown.

use std::fmt::Write as _;

use serde_json::Value;

use crate::{AskedField, Auth, Entry, Field, FieldPlace, Language, Summary, to_wire};

/// A name and its lines.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fact {
    /// For people.
    pub name: String,
    /// At least one; none of them ends a line.
    pub lines: Vec<String>,
}

/// Keys of the wire's form that are told in words of their own.
const TOLD: &[&str] = &[
    "name",
    "display_name",
    "categories",
    "auth_mode",
    "docs",
    "docs_connect",
    "proxy",
    "connection_config",
    "credentials",
    "integration_config",
];

/// Everything, from the name to what is unsure.
pub fn facts(entry: &Entry) -> Vec<Fact> {
    let wire = to_wire(entry, Language::En);
    let mut facts = Facts(Vec::new());
    facts.line("provider", &entry.key);
    facts.line("display name", &entry.display_name);
    facts.line("categories", &entry.categories.join(", "));
    facts.line("auth mode", entry.auth.mode());
    facts.line("documentation", &entry.docs);
    if let Some(page) = &entry.docs_connect {
        facts.line("how to connect", page);
    }
    facts.lines("an integration needs", integration(entry));
    if let Some(path) = callback(&entry.auth) {
        facts.line("callback", &format!("https://YOUR-SERVER{path}"));
    }
    facts.lines("a user is asked for", entry.fields().iter().filter(|asked| is_asked(&asked.field)).map(asked));
    facts.lines("filled by the server", entry.fields().iter().filter(|asked| asked.field.automated).map(|asked| asked.name.clone()));
    for (name, value) in wire.as_object().into_iter().flatten().filter(|(name, _)| !TOLD.contains(&name.as_str())) {
        facts.lines(&name.replace('_', " "), lines(value));
    }
    match (&entry.proxy.base_url, &entry.proxy.no_base_url) {
        (Some(base), _) => facts.line("base URL", base.source()),
        (None, reason) => facts.line("no base URL", reason.as_deref().unwrap_or_default()),
    }
    if entry.uses_default_authorization() {
        facts.line("authorization", "by itself: the token as Bearer, or name and password as Basic");
    }
    for (name, value) in wire["proxy"].as_object().into_iter().flatten().filter(|(name, _)| *name != "base_url") {
        facts.lines(name, lines(value));
    }
    facts.lines("webhooks", webhooks(entry));
    facts.lines("sources", entry.sources.clone());
    facts.lines("unsure", entry.unsure.clone());
    facts.0
}

/// The page of one entry.
pub fn page(entry: &Entry) -> String {
    let mut page = format!("# {}\n\n", text(&entry.display_name));
    for fact in facts(entry) {
        match fact.lines.as_slice() {
            [one] => writeln!(page, "- **{}**: {}", fact.name, text(one)),
            many => {
                writeln!(page, "- **{}**:", fact.name).and_then(|()| many.iter().try_for_each(|line| writeln!(page, "  - {}", text(line))))
            }
        }
        .expect("a String takes everything");
    }
    page
}

/// A table of all, which leads to their pages.
pub fn index<'a>(summaries: impl ExactSizeIterator<Item = &'a Summary>) -> String {
    let mut page = format!("# {} providers\n\n| Provider | Auth mode | Categories |\n|---|---|---|\n", summaries.len());
    for one in summaries {
        let name = one.display_name.replace('|', "\\|");
        let row = writeln!(page, "| [{name}]({}.md) | `{}` | {} |", one.key, one.auth_mode, one.categories.join(", "));
        row.expect("a String takes everything");
    }
    page
}

struct Facts(Vec<Fact>);

impl Facts {
    fn line(&mut self, name: &str, line: &str) {
        self.lines(name, [line.to_owned()]);
    }

    fn lines(&mut self, name: &str, lines: impl IntoIterator<Item = String>) {
        let lines: Vec<String> = lines.into_iter().map(|line| line.replace(['\n', '\r'], " ")).collect();
        if !lines.is_empty() {
            self.0.push(Fact { name: name.to_owned(), lines });
        }
    }
}

/// Addresses and templates as code, so that `${...}` and `*` stay what they are.
fn text(line: &str) -> String {
    let is_link = line.starts_with("https://") && !line.contains("${");
    if is_link {
        return format!("<{line}>");
    }
    if line.contains(['$', '*', '_', '<', '[', '|', '{']) { format!("`{}`", line.replace('`', "'")) } else { line.to_owned() }
}

fn is_asked(field: &Field) -> bool {
    !field.automated && !field.hidden
}

fn integration(entry: &Entry) -> Vec<String> {
    let client: &[&str] = match entry.auth {
        Auth::OAuth2(_) | Auth::OAuth1(_) => &["client_id", "client_secret"],
        Auth::App(_) => &["app_id", "app_link", "private_key"],
        Auth::AppWithUser(_) => &["client_id", "client_secret", "app_id", "app_link", "private_key"],
        _ => &[],
    };
    let config = entry.integration_config.iter().filter(|(_, field)| is_asked(field));
    client.iter().map(|&name| name.to_owned()).chain(config.map(|(name, field)| described(name, field))).collect()
}

const fn callback(auth: &Auth) -> Option<&'static str> {
    match auth {
        Auth::OAuth2(_) | Auth::OAuth1(_) | Auth::Mcp(_) | Auth::AppWithUser(_) => Some("/oauth/callback"),
        Auth::App(_) => Some("/app-auth/connect"),
        _ => None,
    }
}

fn asked(asked: &AskedField) -> String {
    let place = match asked.place {
        FieldPlace::Credentials => "",
        FieldPlace::ConnectionConfig => "connection_config.",
    };
    described(&format!("{place}{}", asked.name), &asked.field)
}

fn described(name: &str, field: &Field) -> String {
    let mut line = format!("{name}: {}. {}", field.title, field.description);
    let (prefix, suffix) = (field.prefix.as_deref().unwrap_or_default(), field.suffix.as_deref().unwrap_or_default());
    let facts = [
        field.example.as_ref().map(|example| format!("e.g. {prefix}{example}{suffix}")),
        field.pattern.as_ref().map(|pattern| format!("must match {}", pattern.source())),
        field.format.map(|format| format!("a {}", format.as_str())),
        (!field.allowed.is_empty()).then(|| format!("one of {}", field.allowed.join(", "))),
        field.default_value.as_ref().map(|value| format!("default {value}")),
        field.optional.then(|| "optional".to_owned()),
        field.secret.then(|| "secret".to_owned()),
    ];
    let facts: Vec<String> = facts.into_iter().flatten().collect();
    if !facts.is_empty() {
        write!(line, " ({})", facts.join("; ")).expect("a String takes everything");
    }
    line
}

/// One line for a single value and for a list of them, one for each key of a block.
fn lines(value: &Value) -> Vec<String> {
    match value {
        Value::Object(block) => block
            .iter()
            .flat_map(|(name, value)| match value {
                Value::Object(_) => lines(value).into_iter().map(|line| format!("{name}.{line}")).collect(),
                _ => vec![format!("{name}: {}", plain(value))],
            })
            .collect(),
        Value::Array(items) if items.is_empty() => Vec::new(),
        other => vec![plain(other)],
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) if text.trim().is_empty() => format!("'{text}'"),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(Value::is_string) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

fn webhooks(entry: &Entry) -> Vec<String> {
    let Some(webhook) = &entry.webhook else { return Vec::new() };
    let signed = match (webhook.signatures.is_empty(), webhook.needs_own_secret()) {
        (true, _) => "not signed",
        (false, true) => "signed; the integration needs the webhook secret",
        (false, false) => "signed with what the integration has already",
    };
    let to: Vec<String> = webhook.route_fields().map(ToString::to_string).collect();
    let found =
        if to.is_empty() { "parked: nothing in them tells whose they are".to_owned() } else { format!("found by {}", to.join(", ")) };
    vec![webhook.docs.clone(), signed.to_owned(), found]
}

#[cfg(test)]
mod tests;
