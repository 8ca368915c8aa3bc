//! The tour's view of the server: what a product's backend would ask.

use std::time::Duration;

use anyhow::{bail, ensure};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::cli::client::{Call, Client};

const POLL: Duration = Duration::from_millis(30);
/// Far above what a run takes here; below the patience of whoever watches.
const PATIENCE: Duration = Duration::from_secs(90);
const PAGE: u32 = 100;

/// A record with its metadata.
pub(super) type Record = Map<String, Value>;

/// One connection's data, as seen over HTTP.
pub(super) struct Cache {
    pub(super) client: Client,
    pub(super) integration: &'static str,
    pub(super) connection: &'static str,
}

/// A run that ended well.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Run {
    pub(super) id: String,
    state: String,
    #[serde(default)]
    pub(super) counts: Value,
    #[serde(default)]
    error: Value,
}

#[derive(Deserialize)]
struct Runs {
    data: Vec<Run>,
}

#[derive(Deserialize)]
struct Page {
    records: Vec<Record>,
    next_cursor: Option<String>,
}

impl Cache {
    /// All records that changed after a cursor, page by page, and the cursor of the last one.
    pub(super) async fn changes(&self, model: &str, after: Option<&str>) -> anyhow::Result<(Vec<Record>, Option<String>)> {
        let mut records: Vec<Record> = Vec::new();
        let mut cursor = after.map(ToOwned::to_owned);
        loop {
            let call = Call::get(["records"])
                .connection(self.integration, self.connection)
                .query("model", model)
                .query("limit", PAGE)
                .query_if("cursor", cursor.as_deref());
            let page: Page = self.client.json(call).await?;
            let last = page.records.last().map(|record| record["_nango_metadata"]["cursor"].clone());
            if let Some(Value::String(last)) = last {
                cursor = Some(last);
            }
            records.extend(page.records);
            if page.next_cursor.is_none() {
                return Ok((records, cursor));
            }
        }
    }

    /// The latest run of a function here.
    pub(super) async fn latest(&self, function: &str) -> anyhow::Result<Option<Run>> {
        let call = Call::get(["runs"]).query("function", function).query("connection_id", self.connection).query("limit", 1);
        Ok(self.client.json::<Runs>(call).await?.data.into_iter().next())
    }

    /// Waits for a run other than `before` to end well.
    pub(super) async fn finished(&self, function: &str, before: Option<&str>) -> anyhow::Result<Run> {
        let wait = async {
            loop {
                match self.latest(function).await? {
                    Some(run) if Some(run.id.as_str()) == before || run.state == "running" => {}
                    Some(run) if run.state == "succeeded" => return Ok(run),
                    Some(run) => bail!("`{function}` {}: {}", run.state, run.error["message"]),
                    None => {}
                }
                tokio::time::sleep(POLL).await;
            }
        };
        match tokio::time::timeout(PATIENCE, wait).await {
            Ok(run) => run,
            Err(_) => bail!("`{function}` did not finish within {} s", PATIENCE.as_secs()),
        }
    }

    /// Triggers a sync and waits until it has run.
    pub(super) async fn sync(&self, name: &str) -> anyhow::Result<Run> {
        let before = self.latest(name).await?.map(|run| run.id);
        let body = json!({ "provider_config_key": self.integration, "connection_id": self.connection, "syncs": [name] });
        let answer: Value = self.client.json(Call::post(["sync", "trigger"], &body)).await?;
        ensure!(answer["success"] == true, "the trigger of `{name}` answered {answer}");
        self.finished(name, before.as_deref()).await
    }

    /// Calls an action and returns its output.
    pub(super) async fn action(&self, name: &str, input: Value) -> anyhow::Result<Value> {
        let body = json!({ "action_name": name, "input": input });
        Ok(self.client.json(Call::post(["action", "trigger"], &body).connection(self.integration, self.connection)).await?)
    }

    /// Asks the provider itself, through the proxy.
    pub(super) async fn proxied<const N: usize>(&self, path: [&str; N]) -> anyhow::Result<Value> {
        Ok(self.client.json(Call::get(path).connection(self.integration, self.connection)).await?)
    }
}
