//! `syncline integrations`: one configuration for one provider each.

mod client;

use clap::{Args, Subcommand};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::client::{Call, Client};
use super::input;
use super::output::{cell, time};
use super::remote::Remote;
use client::ClientOptions;

#[derive(Args)]
pub(super) struct Integrations {
    #[command(flatten)]
    remote: Remote,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// All integrations
    List,
    /// One integration
    Show {
        /// Its key
        key: String,
    },
    /// Make an integration for a provider of the catalogue
    Create {
        /// The provider's name in the catalogue: `github`, `slack`, ...
        provider: String,
        /// The key by which the API will know it; the provider's name by default
        #[arg(long)]
        key: Option<String>,
        /// For people
        #[arg(long, value_name = "TEXT")]
        display_name: Option<String>,
        #[command(flatten)]
        client: ClientOptions,
        /// All of your app as one JSON object, @FILE or - for stdin:
        /// {"type":"OAUTH2","client_id":"...","client_secret":"...","scopes":"repo"}
        #[arg(long, value_name = "JSON", conflicts_with_all = ["client_id", "client_secret_file", "scopes", "app_id", "app_link", "private_key_file"])]
        credentials: Option<String>,
    },
    /// Change an integration; what is not given stays
    Update {
        /// Its key
        key: String,
        /// For people
        #[arg(long, value_name = "TEXT")]
        display_name: Option<String>,
        #[command(flatten)]
        client: ClientOptions,
    },
    /// Delete an integration with its connections, syncs and records
    Delete {
        /// Its key
        key: String,
    },
}

#[derive(Deserialize)]
struct List {
    data: Vec<Value>,
}

impl Integrations {
    pub(super) async fn execute(self) -> anyhow::Result<()> {
        let (client, output) = (self.remote.client()?, self.remote.output());
        match self.command {
            Command::List => {
                let text = client.text(Call::get(["integrations"])).await?;
                let list: List = serde_json::from_str(&text)?;
                let row = |item: &Value| {
                    vec![cell(&item["unique_key"]), cell(&item["provider"]), cell(&item["display_name"]), time(&item["created_at"])]
                };
                let rows = list.data.iter().map(row).collect();
                let nothing = "No integrations yet: `syncline integrations create PROVIDER` makes one.";
                output.list(&text, &["key", "provider", "display name", "created"], rows, nothing)?;
            }
            Command::Show { key } => {
                let text = client.text(Call::get(["integrations", &key])).await?;
                let answer: Value = serde_json::from_str(&text)?;
                let item = &answer["data"];
                let fields = [
                    ("key", cell(&item["unique_key"])),
                    ("provider", cell(&item["provider"])),
                    ("display name", cell(&item["display_name"])),
                    ("forwards webhooks", cell(&item["forward_webhooks"])),
                    ("created", time(&item["created_at"])),
                    ("updated", time(&item["updated_at"])),
                ];
                output.fields(&text, &fields)?;
            }
            Command::Create { provider, key, display_name, client: own, credentials } => {
                let key = key.unwrap_or_else(|| provider.clone());
                let mut body = json!({ "provider": provider, "unique_key": key });
                if let Some(name) = display_name {
                    body["display_name"] = name.into();
                }
                if let Some(credentials) = credentials {
                    body["credentials"] = serde_json::from_str(input::read(&credentials)?.get())?;
                }
                if own.has_client() {
                    body["credentials"] = own.merged(typed(&client, &provider).await?)?.into();
                }
                let config = own.config()?;
                if !config.is_empty() {
                    body["integration_config"] = json!(config);
                }
                let text = client.text(Call::post(["integrations"], &body)).await?;
                output.document(&text)?;
                output
                    .note(&format!("Integration `{key}` is there. Next: `syncline connections link {key}`, and `syncline deploy PATH`."))?;
            }
            Command::Update { key, display_name, client: own } => {
                let mut body = Map::new();
                if let Some(name) = display_name {
                    body.insert("display_name".to_owned(), name.into());
                }
                if own.has_client() {
                    let call = Call::get(["integrations", &key]).query("include", "credentials");
                    let known: Value = client.json(call).await?;
                    let before = match known["data"]["credentials"].as_object() {
                        Some(before) => before.clone(),
                        None => typed(&client, known["data"]["provider"].as_str().unwrap_or_default()).await?,
                    };
                    body.insert("credentials".to_owned(), own.merged(before)?.into());
                }
                let config = own.config()?;
                if !config.is_empty() {
                    body.insert("integration_config".to_owned(), json!(config));
                }
                if body.is_empty() {
                    anyhow::bail!("nothing to change was given; `syncline integrations update --help` shows what can be");
                }
                let text = client.text(Call::patch(["integrations", &key], &body)).await?;
                output.document(&text)?;
                output.note(&format!("Integration `{key}` is changed."))?;
            }
            Command::Delete { key } => {
                let text = client.text(Call::delete(["integrations", &key])).await?;
                output.document(&text)?;
                output.note(&format!("Integration `{key}` is deleted, and its connections, syncs and records with it."))?;
            }
        }
        Ok(())
    }
}

/// A client with the type that the provider's auth mode wants, and nothing else yet.
async fn typed(client: &Client, provider: &str) -> anyhow::Result<Map<String, Value>> {
    let answer: Value = client.json(Call::get(["providers", provider])).await?;
    Ok(Map::from_iter([("type".to_owned(), answer["data"]["auth_mode"].clone())]))
}
