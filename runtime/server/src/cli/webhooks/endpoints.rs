//! `syncline webhooks endpoints`: the addresses that webhooks go to.

use clap::Subcommand;
use serde_json::{Map, Value};

use crate::cli::client::{Call, Client};
use crate::cli::output::{Output, cell, shorten, time};

#[derive(Subcommand)]
pub(super) enum Endpoints {
    /// Every address, and whether it is tried
    List,
    /// Try an address again that was disabled or is left alone for a while
    Enable {
        /// The address's id
        id: String,
    },
}

impl Endpoints {
    pub(super) async fn execute(self, client: &Client, output: Output) -> anyhow::Result<()> {
        match self {
            Self::List => {
                let text = client.text(Call::get(["webhooks", "endpoints"]).query("limit", 1_000)).await?;
                let answer: Value = serde_json::from_str(&text)?;
                let row = |endpoint: &Value| {
                    let state = match endpoint["disabled_reason"].as_str() {
                        Some(reason) => format!("disabled ({reason})"),
                        None => cell(&endpoint["state"]),
                    };
                    vec![
                        cell(&endpoint["id"]),
                        state,
                        cell(&endpoint["failures"]),
                        time(&endpoint["failing_since"]),
                        time(&endpoint["open_until"]),
                        cell(&endpoint["deferred"]),
                        shorten(&cell(&endpoint["url"]), 60),
                    ]
                };
                let rows = answer["data"].as_array().into_iter().flatten().map(row).collect();
                let header = ["id", "state", "failures", "failing since", "left alone until", "deferred", "address"];
                output.list(&text, &header, rows, "No webhooks yet.")?;
            }
            Self::Enable { id } => {
                let text = client.text(Call::post(["webhooks", "endpoints", &id, "enable"], &Map::new())).await?;
                output.document(&text)?;
                output.note("It is tried again. What it missed comes with `syncline webhooks deliveries replay --since TIME`.")?;
            }
        }
        Ok(())
    }
}
