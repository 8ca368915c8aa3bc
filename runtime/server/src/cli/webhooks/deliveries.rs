//! `syncline webhooks deliveries`: what became of webhooks, and sending them again.

use clap::Subcommand;
use serde_json::{Map, Value};

use crate::cli::client::{Call, Client};
use crate::cli::output::{Output, cell, milliseconds, shorten, time};

#[derive(Subcommand)]
pub(super) enum Deliveries {
    /// The latest deliveries: one for each webhook and address
    List {
        /// auth, sync, async_action or forward
        #[arg(long)]
        kind: Option<String>,
        /// waiting, deferred, delivered, failed or undeliverable
        #[arg(long)]
        state: Option<String>,
        /// To this address only
        #[arg(long)]
        url: Option<String>,
        /// Made at or after, such as 2026-01-31T12:00:00Z
        #[arg(long, value_name = "TIME")]
        since: Option<String>,
        /// How many at most
        #[arg(long, default_value_t = 20)]
        limit: u32,
        /// Older than this delivery
        #[arg(long, value_name = "ID")]
        before: Option<String>,
    },
    /// One delivery: what was sent, and every attempt
    Show {
        /// The delivery's id, as in the header webhook-id
        id: String,
    },
    /// Send one again, or all that were not delivered since a time
    #[command(group = clap::ArgGroup::new("which").required(true).args(["id", "since"]))]
    Replay {
        /// The delivery's id
        id: Option<String>,
        /// All that failed or were undeliverable and were made at or after, such as 2026-01-31T12:00:00Z
        #[arg(long, value_name = "TIME")]
        since: Option<String>,
        /// Made before
        #[arg(long, value_name = "TIME", requires = "since")]
        until: Option<String>,
        /// To this address only
        #[arg(long, requires = "since")]
        url: Option<String>,
        /// Also what was delivered
        #[arg(long, requires = "since")]
        all: bool,
    },
}

impl Deliveries {
    pub(super) async fn execute(self, client: &Client, output: Output) -> anyhow::Result<()> {
        match self {
            Self::List { kind, state, url, since, limit, before } => {
                let call = Call::get(["webhooks", "deliveries"])
                    .query_if("kind", kind)
                    .query_if("state", state)
                    .query_if("url", url)
                    .query_if("since", since)
                    .query_if("before", before)
                    .query("limit", limit);
                let text = client.text(call).await?;
                let answer: Value = serde_json::from_str(&text)?;
                let row = |delivery: &Value| {
                    vec![
                        cell(&delivery["id"]),
                        cell(&delivery["kind"]),
                        cell(&delivery["state"]),
                        cell(&delivery["attempt_count"]),
                        outcome(delivery),
                        time(&delivery["created_at"]),
                        time(&delivery["next_attempt_at"]),
                        shorten(&cell(&delivery["url"]), 60),
                    ]
                };
                let rows = answer["data"].as_array().into_iter().flatten().map(row).collect();
                let header = ["id", "kind", "state", "attempts", "latest", "made", "next", "address"];
                output.list(&text, &header, rows, "No webhooks yet.")?;
                if let Some(next) = answer["next"].as_str() {
                    output.note(&format!("\nThere are more: --before {next}"))?;
                }
            }
            Self::Show { id } => show(&client.text(Call::get(["webhooks", "deliveries", &id])).await?, output)?,
            Self::Replay { id: Some(id), .. } => {
                let text = client.text(Call::post(["webhooks", "deliveries", &id, "replay"], &Map::new())).await?;
                output.document(&text)?;
                output.note("It is on its way.")?;
            }
            Self::Replay { id: None, since, until, url, all } => {
                let given = [("since", since.map(Value::from)), ("until", until.map(Value::from)), ("url", url.map(Value::from))];
                let mut body: Map<String, Value> = given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
                body.insert("only_failed".to_owned(), (!all).into());
                let mut replayed = 0;
                // Each request is bounded; together they are all that there is.
                loop {
                    let answer: Value = client.json(Call::post(["webhooks", "deliveries", "replay"], &body)).await?;
                    replayed += answer["replayed"].as_u64().unwrap_or(0);
                    let Some(next) = answer["next"].as_str() else { break };
                    body.insert("after".to_owned(), next.into());
                }
                output.document(&serde_json::json!({ "replayed": replayed }).to_string())?;
                output
                    .note(&format!("{replayed} on their way. Those of disabled addresses stay; see `syncline webhooks endpoints list`."))?;
            }
        }
        Ok(())
    }
}

fn show(text: &str, output: Output) -> anyhow::Result<()> {
    let answer: Value = serde_json::from_str(text)?;
    let delivery = &answer["data"];
    let attempt = |attempt: &Value| {
        let took = milliseconds(&attempt["duration_ms"]);
        let said = attempt["answer"].as_str().map(|answer| format!(": {}", shorten(answer, 100))).unwrap_or_default();
        format!("{}  {}  {}  {took}{said}", cell(&attempt["number"]), time(&attempt["started_at"]), outcome(attempt))
    };
    let attempts: Vec<String> = delivery["attempts"].as_array().into_iter().flatten().map(attempt).collect();
    let fields = [
        ("delivery", cell(&delivery["id"])),
        ("kind", cell(&delivery["kind"])),
        ("state", cell(&delivery["state"])),
        ("address", cell(&delivery["url"])),
        ("made", time(&delivery["created_at"])),
        ("next attempt", time(&delivery["next_attempt_at"])),
        ("delivered", time(&delivery["delivered_at"])),
        ("attempts", if attempts.is_empty() { "-".to_owned() } else { attempts.join("\n") }),
        ("body", cell(&delivery["body"])),
    ];
    Ok(output.fields(text, &fields)?)
}

/// The status, or why there is none.
fn outcome(of: &Value) -> String {
    if of["error"].is_null() { cell(&of["status"]) } else { cell(&of["error"]) }
}
