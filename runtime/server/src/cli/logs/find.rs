//! Finding operations, and how one looks on a line.

use clap::Args;
use serde::Deserialize;
use serde_json::Value;

use crate::cli::client::{Call, Client, ClientError};
use crate::cli::output::{Output, cell, milliseconds, shorten, time};

const MAX_SUMMARY_CHARS: usize = 120;
/// What the server gives at once.
const MAX_PAGE: u32 = 1_000;
/// Pages of a search that found too little: each has looked at a few thousand operations.
const MAX_PAGES: usize = 50;

#[derive(Args)]
pub(super) struct Filter {
    /// sync, action, events, proxy, auth, webhook or deploy
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// Within the type: run, call, create_connection, incoming, ...
    #[arg(long)]
    action: Option<String>,
    /// running, succeeded, failed, interrupted, cancelled or lost
    #[arg(long)]
    state: Option<String>,
    /// Of this integration only
    #[arg(long, value_name = "KEY")]
    integration: Option<String>,
    /// Of this connection only
    #[arg(long, value_name = "ID")]
    connection: Option<String>,
    /// Of this function only
    #[arg(long, value_name = "NAME")]
    function: Option<String>,
    /// Only what began then or later: 2026-01-31T12:00:00Z
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only what began earlier
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// How many at most
    #[arg(long, default_value_t = 50)]
    pub(super) limit: u32,
}

/// A page of operations, as the server sent it.
#[derive(Deserialize)]
pub(super) struct Page {
    pub(super) data: Vec<Value>,
    pub(super) next: Option<String>,
}

impl Filter {
    fn call(&self, text: Option<&str>, before: Option<&str>, limit: u32) -> Call {
        let asked = [
            ("type", self.kind.as_deref()),
            ("action", self.action.as_deref()),
            ("state", self.state.as_deref()),
            ("integration_id", self.integration.as_deref()),
            ("connection_id", self.connection.as_deref()),
            ("function", self.function.as_deref()),
            ("since", self.since.as_deref()),
            ("until", self.until.as_deref()),
            ("text", text),
            ("before", before),
        ];
        let call = Call::get(["operations"]).query("limit", limit);
        asked.into_iter().filter_map(|(name, value)| Some((name, value?))).fold(call, |call, (name, value)| call.query(name, value))
    }

    pub(super) async fn page(&self, client: &Client, text: Option<&str>, before: Option<&str>, limit: u32) -> Result<Page, ClientError> {
        client.json(self.call(text, before, limit)).await
    }
}

/// Oldest first, as a log is read.
pub(super) async fn print(client: &Client, output: Output, filter: &Filter, text: Option<&str>) -> anyhow::Result<()> {
    let (mut found, mut before) = (Vec::new(), None);
    // A search stops now and then, and goes on with the next page.
    for _ in 0..MAX_PAGES {
        let Page { data, next } = filter.page(client, text, before.as_deref(), filter.limit.min(MAX_PAGE)).await?;
        found.extend(data);
        before = next;
        if found.len() >= filter.limit as usize || before.is_none() {
            break;
        }
    }
    found.truncate(filter.limit as usize);
    found.reverse();
    if output.is_json() {
        output.document(&Value::from(found).to_string())?;
        return Ok(());
    }
    if found.is_empty() {
        output.note("Nothing was found.")?;
    }
    for operation in &found {
        output.note(&line(operation))?;
    }
    Ok(())
}

/// `2026-01-31 12:00:00 succeeded proxy.call github/ada 120 ms  GET /user 200 (0199...)`
pub(super) fn line(operation: &Value) -> String {
    let (kind, action) = (cell(&operation["type"]), cell(&operation["action"]));
    let place = match (operation["integration"].as_str(), operation["connection_id"].as_str()) {
        (Some(integration), Some(connection)) => format!(" {integration}/{connection}"),
        (Some(one), None) | (None, Some(one)) => format!(" {one}"),
        (None, None) => String::new(),
    };
    let took = milliseconds(&operation["duration_ms"]);
    let summary = shorten(&cell(&operation["summary"]), MAX_SUMMARY_CHARS);
    let (at, state, id) = (time(&operation["started_at"]), cell(&operation["state"]), cell(&operation["id"]));
    format!("{at} {state:<9} {kind}.{action}{place} {took}  {summary} ({id})")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_operation_is_one_line_whatever_it_says() {
        let operation = json!({
            "id": "0199", "type": "proxy", "action": "call", "state": "failed", "summary": "GET /a\nb 500", "integration": "github",
            "connection_id": "ada", "started_at": "2026-01-31T12:00:00.000Z", "duration_ms": 120
        });
        assert_eq!(line(&operation), "2026-01-31 12:00:00 failed    proxy.call github/ada 120 ms  GET /a b 500 (0199)");
    }
}
