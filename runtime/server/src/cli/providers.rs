//! `syncline providers`: the catalogue.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Deserialize;
use serde_json::Value;

use super::client::Call;
use super::output::cell;
use super::remote::Remote;

mod check;

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
    /// Check files that describe providers, and show what they would send
    ///
    /// Tells everything that is wrong with each file, as file:line, field and problem. For a good one, prints each request of signing
    /// in and one request of a connection, with placeholders such as <client_secret> where values would stand: compare them with the
    /// provider's documentation. Nothing is sent and no server is asked. Exits with 1 if any file is wrong.
    Check {
        /// Entries, as YAML
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

#[derive(Deserialize)]
struct List {
    data: Vec<Value>,
}

impl Providers {
    pub(super) async fn execute(self) -> anyhow::Result<()> {
        if let Command::Check { files } = &self.command {
            return check::execute(files, self.remote.output());
        }
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
            Command::Check { .. } => unreachable!("handled before a server is needed"),
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
