//! `syncline jobs`: what the queue gave up, and trying it again.

use clap::{Args, Subcommand};
use serde_json::{Map, Value};

use super::client::Call;
use super::output::{cell, shorten, time};
use super::remote::Remote;

#[derive(Args)]
pub(super) struct Jobs {
    #[command(flatten)]
    remote: Remote,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Jobs that were given up in the last 30 days, newest first
    List {
        /// How many at most
        #[arg(long, default_value_t = 20)]
        limit: u32,
        /// Older than this job
        #[arg(long, value_name = "JOB")]
        before: Option<String>,
    },
    /// One of them: what it was, and why it was given up
    Show {
        /// The job's id
        job: String,
    },
    /// Put one back into the queue, with all its attempts before it
    Replay {
        /// The job's id
        job: String,
    },
    /// Forget one
    Discard {
        /// The job's id
        job: String,
    },
}

impl Jobs {
    pub(super) async fn execute(self) -> anyhow::Result<()> {
        let (client, output) = (self.remote.client()?, self.remote.output());
        match self.command {
            Command::List { limit, before } => {
                let text = client.text(Call::get(["dead-letters"]).query_if("before", before).query("limit", limit)).await?;
                let page: Value = serde_json::from_str(&text)?;
                let row = |one: &Value| {
                    let error = shorten(&cell(&one["error"]), 60);
                    vec![cell(&one["id"]), cell(&one["kind"]), cell(&one["reason"]), time(&one["discarded_at"]), error]
                };
                let rows = page["data"].as_array().into_iter().flatten().map(row).collect();
                output.list(&text, &["job", "kind", "reason", "given up", "error"], rows, "No job was given up.")?;
                if let Some(next) = page["next"].as_str() {
                    output.note(&format!("There are more: --before {next}"))?;
                }
            }
            Command::Show { job } => {
                let text = client.text(Call::get(["dead-letters", &job])).await?;
                let answer: Value = serde_json::from_str(&text)?;
                let one = &answer["data"];
                let fields = [
                    ("job", cell(&one["id"])),
                    ("kind", cell(&one["kind"])),
                    ("reason", cell(&one["reason"])),
                    ("error", cell(&one["error"])),
                    ("attempts", cell(&one["attempts"])),
                    ("crashes", cell(&one["crashes"])),
                    ("sync", cell(&one["sync_id"])),
                    ("made", time(&one["created_at"])),
                    ("given up", time(&one["discarded_at"])),
                ];
                output.fields(&text, &fields)?;
            }
            Command::Replay { job } => {
                client.text(Call::post(["dead-letters", &job, "replay"], &Map::<String, Value>::new())).await?;
                output.note(&format!("Job {job} is in the queue again."))?;
            }
            Command::Discard { job } => {
                client.text(Call::delete(["dead-letters", &job])).await?;
                output.note(&format!("Job {job} is gone."))?;
            }
        }
        Ok(())
    }
}
