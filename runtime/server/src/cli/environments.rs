//! `syncline environments`: dev, prod and others.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::account::{AccountRemote, environment_id, environments};
use super::client::Call;
use super::output::{cell, time};

#[derive(Args)]
pub(super) struct Environments {
    #[command(flatten)]
    remote: AccountRemote,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// All environments
    List,
    /// Make an environment. It has no API key yet: `syncline api-keys create` makes one
    Create {
        /// Lower-case letters, digits, `_` and `-`
        name: String,
        /// For production: it cannot be deleted
        #[arg(long)]
        production: bool,
    },
    /// Delete an environment with its keys, integrations, connections and records. dev comes back, empty, when the server starts again
    Delete {
        /// Its name or its id
        environment: String,
    },
}

impl Environments {
    pub(super) async fn execute(self) -> anyhow::Result<()> {
        let (client, output) = (self.remote.client()?, self.remote.output());
        match self.command {
            Command::List => {
                let (all, text) = environments(&client).await?;
                let row = |item: &Value| {
                    let production = if item["is_production"] == true { "yes" } else { "no" };
                    vec![cell(&item["name"]), production.to_owned(), cell(&item["id"]), time(&item["created_at"])]
                };
                let rows = all.iter().map(row).collect();
                output.list(&text, &["name", "production", "id", "created"], rows, "No environments.")?;
            }
            Command::Create { name, production } => {
                let body = json!({ "name": name, "is_production": production });
                let text = client.text(Call::post(["environments"], &body)).await?;
                let answer: Value = serde_json::from_str(&text)?;
                output.fields(&text, &[("id", cell(&answer["data"]["id"])), ("name", cell(&answer["data"]["name"]))])?;
                output.note(&format!("It has no API key yet: `syncline api-keys create {name} NAME` makes one."))?;
            }
            Command::Delete { environment } => {
                let id = environment_id(&client, &environment).await?;
                client.text(Call::delete(["environments", &id])).await?;
                output.document(&json!({ "success": true }).to_string())?;
                output.note(&format!(
                    "`{environment}` is gone and its keys open nothing. What it held is being removed in the background."
                ))?;
            }
        }
        Ok(())
    }
}
