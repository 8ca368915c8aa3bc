//! `syncline runs`: executions of functions.

use clap::{Args, Subcommand};
use serde::Deserialize;
use serde_json::Value;

use super::client::Call;
use super::output::{cell, milliseconds, time};
use super::remote::Remote;

#[derive(Args)]
pub(super) struct Runs {
    #[command(flatten)]
    remote: Remote,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The latest runs
    List {
        /// Of this function only
        #[arg(long, value_name = "NAME")]
        function: Option<String>,
        /// Of this integration only
        #[arg(long, value_name = "KEY")]
        integration: Option<String>,
        /// Of this connection only
        #[arg(long, value_name = "ID")]
        connection: Option<String>,
        /// running, succeeded, failed, interrupted, cancelled or lost
        #[arg(long)]
        state: Option<String>,
        /// How many at most
        #[arg(long, default_value_t = 20)]
        limit: u32,
        /// Older than this run
        #[arg(long, value_name = "RUN")]
        before: Option<String>,
    },
    /// One run: what it was given, did and gave back
    Show {
        /// The run's id
        run: String,
    },
}

#[derive(Deserialize)]
struct List {
    data: Vec<Value>,
    next: Option<String>,
}

impl Runs {
    pub(super) async fn execute(self) -> anyhow::Result<()> {
        let (client, output) = (self.remote.client()?, self.remote.output());
        match self.command {
            Command::List { function, integration, connection, state, limit, before } => {
                let call = Call::get(["runs"])
                    .query_if("function", function)
                    .query_if("integration_id", integration)
                    .query_if("connection_id", connection)
                    .query_if("state", state)
                    .query_if("before", before)
                    .query("limit", limit);
                let text = client.text(call).await?;
                let list: List = serde_json::from_str(&text)?;
                let row = |run: &Value| {
                    vec![
                        cell(&run["id"]),
                        cell(&run["function"]),
                        cell(&run["connection_id"]),
                        cell(&run["state"]),
                        cell(&run["trigger"]),
                        time(&run["started_at"]),
                        milliseconds(&run["duration_ms"]),
                        counts(&run["counts"]),
                    ]
                };
                let rows = list.data.iter().map(row).collect();
                let header = ["run", "function", "connection", "state", "trigger", "started", "took", "records"];
                output.list(&text, &header, rows, "No runs yet.")?;
                if let Some(next) = list.next {
                    output.note(&format!("\nThere are more: --before {next}"))?;
                }
            }
            Command::Show { run } => {
                let text = client.text(Call::get(["runs", &run])).await?;
                let answer: Value = serde_json::from_str(&text)?;
                let run = &answer["data"];
                let mut fields = vec![
                    ("run", cell(&run["id"])),
                    ("function", format!("{} ({})", cell(&run["function"]), cell(&run["type"]))),
                    ("integration", cell(&run["integration"])),
                    ("connection", cell(&run["connection_id"])),
                    ("state", cell(&run["state"])),
                    ("trigger", cell(&run["trigger"])),
                    ("attempt", cell(&run["attempt"])),
                    ("started", time(&run["started_at"])),
                    ("finished", time(&run["finished_at"])),
                    ("took", milliseconds(&run["duration_ms"])),
                    ("computing", milliseconds(&run["cpu_ms"])),
                    ("records", counts(&run["counts"])),
                ];
                if !run["error"].is_null() {
                    fields.push(("error", format!("{} ({})", cell(&run["error"]["message"]), cell(&run["error"]["code"]))));
                }
                let frames = frames(&run["error"]);
                if !frames.is_empty() {
                    fields.push(("at", frames.join("\n")));
                }
                fields.extend([("input", cell(&run["input"])), ("output", cell(&run["output"]))]);
                output.fields(&text, &fields)?;
            }
        }
        Ok(())
    }
}

/// Where in the function a run failed, unless its message says so already, as that of a trap does.
pub(crate) fn frames(error: &Value) -> Vec<String> {
    let frames: Vec<String> = error["frames"].as_array().into_iter().flatten().map(cell).collect();
    let message = error["message"].as_str().unwrap_or_default();
    if frames.first().is_some_and(|first| message.contains(&format!("at {first}"))) { Vec::new() } else { frames }
}

/// `GithubIssue +291 ~0 -0 =0`: added, updated, deleted, unchanged.
pub(crate) fn counts(counts: &Value) -> String {
    let models: Vec<String> = counts
        .as_object()
        .into_iter()
        .flatten()
        .map(|(model, counts)| {
            let number = |name: &str| counts[name].as_u64().unwrap_or(0);
            format!("{model} +{} ~{} -{} ={}", number("added"), number("updated"), number("deleted"), number("unchanged"))
        })
        .collect();
    if models.is_empty() { "-".to_owned() } else { models.join(", ") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_place_is_told_once() {
        assert_eq!(
            frames(&json!({ "message": "Error: x (a.ts:1)", "frames": ["f (a.ts:1)", "g (a.ts:9)"] })),
            ["f (a.ts:1)", "g (a.ts:9)"]
        );
        assert!(frames(&json!({ "message": "trapped\n    at f", "frames": ["f"] })).is_empty());
        assert!(frames(&json!({ "message": "x" })).is_empty());
    }
}
