//! `syncline providers show`

use serde_json::{Value, json};
use syncline_providers::{Entry, Language, facts, to_wire};

use super::source::Source;
use crate::cli::client::Call;
use crate::cli::output::{Output, cell};
use crate::cli::remote::Remote;
use crate::config::ConfigError;

pub(super) async fn execute(source: &Source, remote: &Remote, provider: &str) -> anyhow::Result<()> {
    let output = remote.output();
    if source.remote {
        let text = remote.client()?.text(Call::get(["providers", provider])).await?;
        return told(&text, output);
    }
    let catalogue = source.catalogue()?;
    let unknown =
        || ConfigError::new(format!("there is no provider `{provider}`; `syncline providers search {provider}` shows what is like it"));
    let entry = catalogue.get(provider).ok_or_else(unknown)?;
    let facts = facts(entry);
    let lines: Vec<(&str, String)> = facts.iter().map(|fact| (fact.name.as_str(), fact.lines.join("\n"))).collect();
    Ok(output.fields(&document(entry).to_string(), &lines)?)
}

/// As the server shows it, and what only the entry's file says.
fn document(entry: &Entry) -> Value {
    let mut wire = to_wire(entry, Language::En);
    wire["sources"] = json!(entry.sources);
    wire["unsure"] = json!(entry.unsure);
    if let Some(webhook) = &entry.webhook {
        wire["webhook"] = json!({ "docs": webhook.docs, "needs_secret": webhook.needs_own_secret() });
    }
    json!({ "data": wire })
}

/// What the server tells: its public form has neither sources nor webhooks.
fn told(text: &str, output: Output) -> anyhow::Result<()> {
    let answer: Value = serde_json::from_str(text)?;
    let item = &answer["data"];
    let names = |block: &str| item[block].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let fields = [
        ("provider", cell(&item["name"])),
        ("display name", cell(&item["display_name"])),
        ("auth mode", cell(&item["auth_mode"])),
        ("API", cell(&item["proxy"]["base_url"])),
        ("needs", [names("credentials"), names("connection_config")].concat().join(", ")),
        ("categories", cell(&item["categories"])),
        ("documentation", cell(&item["docs"])),
    ];
    Ok(output.fields(text, &fields)?)
}
