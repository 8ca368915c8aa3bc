//! `syncline providers`: the catalogue.

use clap::{Args, Subcommand};
use serde::Deserialize;
use serde_json::Value;

use super::client::Call;
use super::output::cell;
use super::remote::Remote;

#[derive(Args)]
pub(super) struct Providers {
    #[command(flatten)]
    remote: Remote,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// All providers
    List,
    /// Providers whose name contains a word
    Search {
        /// Part of the name
        word: String,
    },
    /// One provider: how it authenticates, where its API is
    Show {
        /// Its name in the catalogue
        provider: String,
    },
}

#[derive(Deserialize)]
struct List {
    data: Vec<Value>,
}

impl Providers {
    pub(super) async fn execute(self) -> anyhow::Result<()> {
        let (client, output) = (self.remote.client()?, self.remote.output());
        let word = match self.command {
            Command::Show { provider } => {
                let text = client.text(Call::get(["providers", &provider])).await?;
                let answer: Value = serde_json::from_str(&text)?;
                let item = &answer["data"];
                let config = item["connection_config"].as_object().into_iter().flatten().map(|(name, _)| name.clone());
                let fields = [
                    ("provider", cell(&item["name"])),
                    ("display name", cell(&item["display_name"])),
                    ("auth mode", cell(&item["auth_mode"])),
                    ("API", cell(&item["proxy"]["base_url"])),
                    ("needs", config.collect::<Vec<_>>().join(", ")),
                    ("categories", cell(&item["categories"])),
                    ("documentation", cell(&item["docs"])),
                ];
                return Ok(output.fields(&text, &fields)?);
            }
            Command::List => None,
            Command::Search { word } => Some(word),
        };
        let text = client.text(Call::get(["providers"]).query_if("search", word)).await?;
        let list: List = serde_json::from_str(&text)?;
        let row =
            |item: &Value| vec![cell(&item["name"]), cell(&item["display_name"]), cell(&item["auth_mode"]), cell(&item["categories"])];
        output.list(
            &text,
            &["provider", "display name", "auth mode", "categories"],
            list.data.iter().map(row).collect(),
            "Nothing found.",
        )?;
        Ok(())
    }
}
