//! `syncline api-keys`: the keys of an environment.

use anyhow::bail;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::account::{AccountRemote, environment_id};
use super::client::{Call, Client};
use super::output::{cell, time};

#[derive(Args)]
pub(super) struct ApiKeys {
    #[command(flatten)]
    remote: AccountRemote,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// An environment's keys, without the keys themselves
    List {
        /// The environment's name or id
        environment: String,
    },
    /// Make a key and print it, once
    Create {
        /// The environment's name or id
        environment: String,
        /// For people; unique in the environment
        name: String,
        /// What it may do, as in `environment:records:read`; may be given several times [default: environment:*]
        #[arg(long = "scope", value_name = "SCOPE")]
        scopes: Vec<String>,
    },
    /// Delete a key: it stops working at once
    Delete {
        /// The environment's name or id
        environment: String,
        /// The key's name or id
        key: String,
    },
}

impl ApiKeys {
    pub(super) async fn execute(self) -> anyhow::Result<()> {
        let (client, output) = (self.remote.client()?, self.remote.output());
        match self.command {
            Command::List { environment } => {
                let (all, text) = keys(&client, &environment_id(&client, &environment).await?).await?;
                let row =
                    |item: &Value| vec![cell(&item["id"]), cell(&item["display_name"]), cell(&item["scopes"]), time(&item["created_at"])];
                let nothing = format!("No keys: `syncline api-keys create {environment} NAME` makes one.");
                output.list(&text, &["id", "name", "scopes", "created"], all.iter().map(row).collect(), &nothing)?;
            }
            Command::Create { environment, name, scopes } => {
                let mut body = json!({ "environment_id": environment_id(&client, &environment).await?, "display_name": name });
                if !scopes.is_empty() {
                    body["scopes"] = json!(scopes);
                }
                let text = client.text(Call::post(["environment", "api-keys"], &body)).await?;
                let answer: Value = serde_json::from_str(&text)?;
                let made = &answer["data"];
                let fields = [("key", "secret"), ("id", "id"), ("name", "display_name"), ("scopes", "scopes")];
                output.fields(&text, &fields.map(|(shown, field)| (shown, cell(&made[field]))))?;
                output.note("It is not shown again.")?;
            }
            Command::Delete { environment, key } => {
                let id = environment_id(&client, &environment).await?;
                let (all, _) = keys(&client, &id).await?;
                let Some(found) = all.iter().find(|item| item["display_name"] == *key || item["id"] == *key) else {
                    bail!("`{environment}` has no key `{key}`; `syncline api-keys list {environment}` shows its keys");
                };
                let call = Call::delete_with(["environment", "api-keys"], &json!({ "environment_id": id, "key_id": found["id"] }));
                output.document(&client.text(call).await?)?;
                output.note(&format!("`{key}` opens nothing any more."))?;
            }
        }
        Ok(())
    }
}

async fn keys(client: &Client, environment: &str) -> anyhow::Result<(Vec<Value>, String)> {
    let text = client.text(Call::get(["environment", "api-keys"]).query("environment_id", environment)).await?;
    let mut answer: Value = serde_json::from_str(&text)?;
    let Value::Array(all) = answer["data"].take() else { bail!("the server's list of keys is no list") };
    Ok((all, text))
}
