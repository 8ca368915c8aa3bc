//! `syncline webhooks incoming`: what providers told, and for whom it was.

use clap::Subcommand;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::cli::client::{Call, Client};
use crate::cli::output::{Output, cell, time};

#[derive(Subcommand)]
pub(super) enum Incoming {
    /// The latest, newest first; they are kept for 15 days
    List {
        /// Of this integration only
        #[arg(long, value_name = "KEY")]
        integration: Option<String>,
        /// received, routed, parked (it fits no connection) or handshake (it holds a secret that somebody must read)
        #[arg(long)]
        state: Option<String>,
        /// Of this type only
        #[arg(long, value_name = "TYPE")]
        event: Option<String>,
        /// Received then or later
        #[arg(long, value_name = "TIME")]
        since: Option<String>,
        /// How many at most
        #[arg(long, default_value_t = 20)]
        limit: u32,
        /// Older than this one
        #[arg(long, value_name = "ID")]
        before: Option<String>,
    },
    /// One: its headers, without what proves it, and what it holds
    Show {
        /// Its id
        id: String,
    },
    /// Route one anew, by the present entry, connections and functions
    Replay {
        /// Its id
        id: String,
    },
}

#[derive(Deserialize)]
struct List {
    data: Vec<Value>,
    next: Option<String>,
}

impl Incoming {
    pub(super) async fn execute(self, client: &Client, output: &Output) -> anyhow::Result<()> {
        match self {
            Self::List { integration, state, event, since, limit, before } => {
                let call = Call::get(["webhooks", "incoming"])
                    .query_if("integration_id", integration)
                    .query_if("state", state)
                    .query_if("event", event)
                    .query_if("since", since)
                    .query_if("before", before)
                    .query("limit", limit);
                let text = client.text(call).await?;
                let list: List = serde_json::from_str(&text)?;
                let row = |webhook: &Value| {
                    let columns = ["id", "integration", "event", "state", "connections", "runs", "forwards"];
                    let mut row: Vec<String> = columns.iter().map(|column| cell(&webhook[column])).collect();
                    row.push(time(&webhook["received_at"]));
                    row
                };
                let header = ["id", "integration", "event", "state", "connections", "runs", "forwards", "received"];
                output.list(&text, &header, list.data.iter().map(row).collect(), "No webhooks yet.")?;
                if let Some(next) = list.next {
                    output.note(&format!("\nThere are more: --before {next}"))?;
                }
            }
            Self::Show { id } => {
                let text = client.text(Call::get(["webhooks", "incoming", &id])).await?;
                let answer: Value = serde_json::from_str(&text)?;
                let webhook = &answer["data"];
                let mut fields: Vec<(&str, String)> = [
                    "id",
                    "integration",
                    "provider",
                    "state",
                    "event",
                    "delivery_id",
                    "verified",
                    "connections",
                    "runs",
                    "forwards",
                    "replays",
                ]
                .map(|name| (name, cell(&webhook[name])))
                .into();
                fields.push(("received", time(&webhook["received_at"])));
                fields.push(("routed", time(&webhook["routed_at"])));
                fields.push(("headers", serde_json::to_string_pretty(&webhook["headers"])?));
                fields.push(("payload", serde_json::to_string_pretty(&webhook["payload"])?));
                output.fields(&text, &fields)?;
            }
            Self::Replay { id } => {
                let text = client.text(Call::post(["webhooks", "incoming", &id, "replay"], &Map::new())).await?;
                let answer: Value = serde_json::from_str(&text)?;
                output.fields(&text, &[("id", cell(&answer["data"]["id"])), ("state", cell(&answer["data"]["state"]))])?;
                output.note("It is in the queue. `syncline runs list` shows what comes of it.")?;
            }
        }
        Ok(())
    }
}
