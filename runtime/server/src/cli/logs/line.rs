//! The log of one run.

use serde::Deserialize;
use serde_json::Value;

use crate::cli::client::{Call, Client, ClientError};
use crate::cli::output::{Output, time};

const PAGE: u32 = 1_000;

/// One line of a run's log.
#[derive(Deserialize)]
pub(in crate::cli) struct Line {
    pub(in crate::cli) seq: i64,
    at: Value,
    #[serde(rename = "type")]
    kind: String,
    level: String,
    message: String,
    #[serde(default)]
    fields: Value,
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Value>,
    next: Option<i64>,
}

pub(super) async fn print(client: &Client, output: Output, run: &str, mut after: i64) -> anyhow::Result<()> {
    let mut lines = Vec::new();
    loop {
        let page = page(client, run, after).await?;
        if output.is_json() {
            lines.extend(page.data);
        } else {
            for line in decode(page.data)? {
                output.note(&line.text())?;
            }
        }
        match page.next {
            Some(next) => after = next,
            None => break,
        }
    }
    output.document(&Value::from(lines).to_string())?;
    Ok(())
}

impl Line {
    /// `12:00:00 info  saved a page {"page":3}`, or of what was done for the run `12:00:00 http  GET /items 200 in 35 ms`
    pub(in crate::cli) fn text(&self) -> String {
        let at = time(&self.at);
        let clock = at.split_once(' ').map_or(at.as_str(), |(_, clock)| clock);
        // The message of a request or a save says what its fields do.
        let is_said = self.fields.is_null() || matches!(self.kind.as_str(), "http" | "save");
        let fields = if is_said { String::new() } else { format!(" {}", self.fields) };
        let label = if self.kind == "log" { &self.level } else { &self.kind };
        format!("{clock} {label:<5} {}{fields}", self.message)
    }
}

/// The lines after a sequence number, up to the log's present end.
pub(in crate::cli) async fn after(client: &Client, run: &str, mut after: i64) -> anyhow::Result<Vec<Line>> {
    let mut lines = Vec::new();
    loop {
        let page = page(client, run, after).await?;
        lines.extend(decode(page.data)?);
        match page.next {
            Some(next) => after = next,
            None => return Ok(lines),
        }
    }
}

async fn page(client: &Client, run: &str, after: i64) -> Result<Page, ClientError> {
    client.json(Call::get(["runs", run, "logs"]).query("after", after).query("limit", PAGE)).await
}

fn decode(lines: Vec<Value>) -> serde_json::Result<Vec<Line>> {
    lines.into_iter().map(serde_json::from_value).collect()
}
