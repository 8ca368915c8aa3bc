//! `syncline functions`: what is deployed.

use anyhow::bail;
use clap::{Args, Subcommand};
use serde::Deserialize;
use serde_json::Value;

use super::client::{Call, Client};
use super::output::{cell, shorten, time};
use super::remote::Remote;

#[derive(Args)]
pub(super) struct Functions {
    #[command(flatten)]
    remote: Remote,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// All functions, of all integrations
    List,
    /// One function: schedule, models, when it was deployed
    Show {
        /// The function's name
        name: String,
        /// Where several integrations have one of this name
        #[arg(long, value_name = "KEY")]
        integration: Option<String>,
    },
}

/// A deployed function, as far as commands look into it.
#[derive(Deserialize)]
pub(super) struct Function {
    pub(super) integration: String,
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(flatten)]
    rest: serde_json::Map<String, Value>,
}

#[derive(Deserialize)]
struct Answer {
    data: Vec<Function>,
}

impl Functions {
    pub(super) async fn execute(self) -> anyhow::Result<()> {
        let (client, output) = (self.remote.client()?, self.remote.output());
        match self.command {
            Command::List => {
                let text = client.text(Call::get(["functions"])).await?;
                let functions: Answer = serde_json::from_str(&text)?;
                let rows = functions.data.iter().map(|function| {
                    vec![
                        function.integration.clone(),
                        function.name.clone(),
                        function.kind.clone(),
                        function.field("runs"),
                        function.field("models"),
                        shorten(&function.field("description"), 60),
                    ]
                });
                let header = ["integration", "name", "type", "runs", "models", "description"];
                output.list(&text, &header, rows.collect(), "No functions yet: `syncline deploy PATH` deploys some.")?;
            }
            Command::Show { name, integration } => {
                let function = find(&client, &name, integration.as_deref()).await?;
                let mut document = function.rest.clone();
                for (name, value) in [("type", &function.kind), ("name", &function.name), ("integration", &function.integration)] {
                    document.shift_insert(0, name.to_owned(), Value::from(value.as_str()));
                }
                let fields = [
                    ("name", function.name.clone()),
                    ("integration", function.integration.clone()),
                    ("type", function.kind.clone()),
                    ("description", function.field("description")),
                    ("runs", function.field("runs")),
                    ("auto start", function.field("auto_start")),
                    ("models", function.field("models")),
                    ("enabled", function.field("enabled")),
                    ("version", function.field("version")),
                    ("deployed", time(&function.value("last_deployed"))),
                ];
                output.fields(&Value::Object(document).to_string(), &fields)?;
            }
        }
        Ok(())
    }
}

impl Function {
    fn value(&self, name: &str) -> Value {
        self.rest.get(name).cloned().unwrap_or_default()
    }

    fn field(&self, name: &str) -> String {
        let value = self.value(name);
        // Models come as names, or as objects that have one.
        match &value {
            Value::Array(items) if items.iter().any(Value::is_object) => {
                items.iter().map(|item| cell(&item["name"])).collect::<Vec<_>>().join(", ")
            }
            _ => cell(&value),
        }
    }
}

/// The one function of this name that can be run or shown.
pub(super) async fn find(client: &Client, name: &str, integration: Option<&str>) -> anyhow::Result<Function> {
    let all: Answer = client.json(Call::get(["functions"])).await?;
    let wanted = |function: &Function| function.name == name && integration.is_none_or(|key| function.integration == key);
    let mut found: Vec<Function> = all.data.into_iter().filter(wanted).collect();
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => bail!("no function `{name}` is deployed{}; `syncline functions list` shows those that are", of(integration)),
        _ => {
            let places: Vec<String> = found.iter().map(|function| format!("{} ({})", function.integration, function.kind)).collect();
            bail!("several functions are called `{name}`: {}; name one with --integration", places.join(", "))
        }
    }
}

fn of(integration: Option<&str>) -> String {
    integration.map(|key| format!(" to `{key}`")).unwrap_or_default()
}
