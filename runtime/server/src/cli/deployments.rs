//! `syncline deployments`: what was deployed when, and by whom.

use clap::{Args, Subcommand};
use serde::Deserialize;
use serde_json::Value;

use super::client::Call;
use super::output::{cell, time};
use super::remote::Remote;

#[derive(Args)]
pub(super) struct Deployments {
    #[command(flatten)]
    remote: Remote,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The latest deployments; the last 20 of each integration are kept
    List {
        /// Of this integration only
        #[arg(long, value_name = "KEY")]
        integration: Option<String>,
        /// How many at most
        #[arg(long, default_value_t = 20)]
        limit: u32,
        /// Older than this deployment
        #[arg(long, value_name = "DEPLOYMENT")]
        before: Option<String>,
    },
    /// One deployment: what it changed, and what its integrations had behind it
    Show {
        /// The deployment's id
        deployment: String,
    },
}

#[derive(Deserialize)]
struct List {
    data: Vec<Value>,
    next: Option<String>,
}

impl Deployments {
    pub(super) async fn execute(self) -> anyhow::Result<()> {
        let (client, output) = (self.remote.client()?, self.remote.output());
        match self.command {
            Command::List { integration, limit, before } => {
                let call =
                    Call::get(["deployments"]).query_if("integration_id", integration).query_if("before", before).query("limit", limit);
                let text = client.text(call).await?;
                let list: List = serde_json::from_str(&text)?;
                let row = |one: &Value| {
                    vec![
                        cell(&one["id"]),
                        time(&one["created_at"]),
                        cell(&one["created_by"]["api_key"]),
                        cell(&one["kind"]),
                        integrations(one),
                        changes(&one["changes"]),
                    ]
                };
                let header = ["deployment", "at", "by", "kind", "integrations", "changes"];
                output.list(
                    &text,
                    &header,
                    list.data.iter().map(row).collect(),
                    "No deployments yet: `syncline deploy PATH` makes one.",
                )?;
                if !list.data.is_empty() {
                    output.note("\n* not deployed to since")?;
                }
                if let Some(next) = list.next {
                    output.note(&format!("There are more: --before {next}"))?;
                }
            }
            Command::Show { deployment } => {
                let text = client.text(Call::get(["deployments", &deployment])).await?;
                let answer: Value = serde_json::from_str(&text)?;
                let one = &answer["data"];
                let lines = |list: &Value, line: fn(&Value) -> String| -> String {
                    let lines: Vec<String> = list.as_array().into_iter().flatten().map(line).collect();
                    if lines.is_empty() { "-".to_owned() } else { lines.join("\n") }
                };
                let changed: fn(&Value) -> String = |one| format!("{} {}", cell(&one["change"]), named(one));
                let fields = [
                    ("deployment", cell(&one["id"])),
                    ("kind", cell(&one["kind"])),
                    ("put back", cell(&one["rolled_back_to"])),
                    ("at", time(&one["created_at"])),
                    ("by", cell(&one["created_by"]["api_key"])),
                    ("integrations", integrations(one)),
                    ("changes", lines(&one["changes"], changed)),
                    ("functions", lines(&one["functions"], named)),
                ];
                output.fields(&text, &fields)?;
            }
        }
        Ok(())
    }
}

/// `github sync issues (version 3)`
fn named(one: &Value) -> String {
    format!("{} {} {} (version {})", cell(&one["integration"]), cell(&one["type"]), cell(&one["name"]), one["version"])
}

/// Those that have not been deployed to since have a star.
fn integrations(one: &Value) -> String {
    let all = one["integrations"].as_array().into_iter().flatten();
    let named = all.map(|one| format!("{}{}", cell(&one["integration"]), if one["current"] == true { "*" } else { "" }));
    named.collect::<Vec<_>>().join(", ")
}

/// `2 created, 1 deleted`
fn changes(list: &Value) -> String {
    let count = |change: &str| list.as_array().into_iter().flatten().filter(|one| one["change"] == *change).count();
    let told: Vec<String> = ["created", "updated", "deleted"]
        .into_iter()
        .filter_map(|change| Some(count(change)).filter(|count| *count > 0).map(|count| format!("{count} {change}")))
        .collect();
    if told.is_empty() { "-".to_owned() } else { told.join(", ") }
}
