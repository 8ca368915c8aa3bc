//! `syncline run`: one function, now.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;
use clap::Args;
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::{Call, Client, ClientError};
use super::exit::FUNCTION_FAILED;
use super::output::{Output, cell, milliseconds};
use super::remote::Remote;
use super::runs::{counts, frames};
use super::{functions, input, logs};

/// Short enough to feel live, long enough to cost the server nothing.
const POLL: Duration = Duration::from_millis(300);
/// A queued run that has not started by then waits for a worker that is not there.
const START_WITHIN: Duration = Duration::from_mins(2);

#[derive(Args)]
pub(super) struct Run {
    #[command(flatten)]
    remote: Remote,
    /// The function's name
    function: String,
    /// The connection's id
    #[arg(long, value_name = "ID")]
    connection: String,
    /// The integration's key, where several have a function of this name
    #[arg(long, value_name = "KEY")]
    integration: Option<String>,
    /// An action's input as JSON, @FILE, or - for stdin
    #[arg(long, value_name = "JSON")]
    input: Option<String>,
    /// For an action: only have it accepted; it runs later, and this prints where its result will be
    #[arg(long = "async")]
    is_async: bool,
    /// For an action with --async: how often it is tried again when it fails, 0 to 5
    #[arg(long, value_name = "N", requires = "is_async", value_parser = clap::value_parser!(u8).range(0..=5))]
    max_retries: Option<u8>,
    /// For a sync: forget its checkpoint and begin again
    #[arg(long)]
    reset: bool,
}

/// A run, as far as it is looked into here.
#[derive(Deserialize)]
struct Found {
    id: String,
    state: String,
    #[serde(flatten)]
    rest: Value,
}

#[derive(Deserialize)]
struct List {
    data: Vec<Found>,
}

#[derive(Deserialize)]
struct Shown {
    data: Found,
}

impl Run {
    pub(super) async fn execute(self) -> anyhow::Result<ExitCode> {
        let (client, output) = (self.remote.client()?, self.remote.output());
        let function = functions::find(&client, &self.function, self.integration.as_deref()).await?;
        match function.kind.as_str() {
            "action" => self.action(&client, output, &function.integration).await,
            "sync" => self.sync(&client, output, &function.integration).await,
            _ => bail!("`{}` is an event handler: it runs when a connection is created or deleted, not on demand", self.function),
        }
    }

    async fn action(&self, client: &Client, output: Output, integration: &str) -> anyhow::Result<ExitCode> {
        let mut body = json!({ "action_name": self.function });
        // The input goes as it was written, so that numbers stay exact.
        let body = match self.input.as_deref().map(input::read).transpose()? {
            None => serde_json::value::to_raw_value(&body)?,
            Some(input) => {
                body["input"] = Value::Null;
                let text = body.to_string();
                let head = text.strip_suffix("null}").expect("the input is the last member, and null");
                serde_json::value::RawValue::from_string(format!("{head}{input}}}"))?
            }
        };
        let call = Call::post(["action", "trigger"], &body).connection(integration, &self.connection);
        if self.is_async {
            return self.accepted(client, output, call).await;
        }
        match client.text(call).await {
            Ok(text) => {
                output.document(&text)?;
                output.note(&pretty(&text))?;
            }
            Err(error @ ClientError::Refused { status: 424 | 500.., .. }) => {
                if let ClientError::Refused { body, .. } = &error {
                    output.document(body)?;
                }
                eprintln!("error: `{}` failed: {error}", self.function);
                eprintln!("  try: `syncline runs list --function {}` and `syncline logs RUN` show what it did", self.function);
                return Ok(ExitCode::from(FUNCTION_FAILED));
            }
            Err(error) => return Err(error.into()),
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Has an action accepted, and says how to learn what came of it.
    async fn accepted(&self, client: &Client, output: Output, call: Call) -> anyhow::Result<ExitCode> {
        let retries = self.max_retries.unwrap_or_default();
        let text = client.text(call.header("x-async", "true").header("x-max-retries", retries)).await?;
        let answer: Value = serde_json::from_str(&text)?;
        let function = &self.function;
        output.fields(&text, &[("accepted as", cell(&answer["id"])), ("result at", cell(&answer["statusUrl"]))])?;
        output.note(&format!("`GET` that path with an API key: 404 until `{function}` has ended, then its output or its error."))?;
        output.note(&format!("`syncline runs list --function {function}` shows its runs."))?;
        Ok(ExitCode::SUCCESS)
    }

    async fn sync(&self, client: &Client, output: Output, integration: &str) -> anyhow::Result<ExitCode> {
        if self.is_async {
            bail!("`{}` is a sync, and --async is for actions; `syncline run` follows a sync, and Ctrl-C leaves it running", self.function);
        }
        if self.input.is_some() {
            bail!("`{}` is a sync, and syncs take no input; give it metadata on the connection instead", self.function);
        }
        let before = self.latest(client, integration).await?;
        let under_way = before.as_ref().filter(|run| run.state == "running").map(|run| run.id.clone());
        let body = json!({ "provider_config_key": integration, "connection_id": self.connection, "syncs": [self.function],
            "opts": { "reset": self.reset } });
        client.text(Call::post(["sync", "trigger"], &body)).await?;
        if under_way.is_some() {
            eprintln!("`{}` is running already on this connection; following that run", self.function);
        }
        let run = match under_way {
            Some(run) => run,
            None => self.started(client, integration, before.map(|run| run.id)).await?,
        };
        follow(client, output, &self.function, &run).await
    }

    async fn latest(&self, client: &Client, integration: &str) -> Result<Option<Found>, ClientError> {
        let call = Call::get(["runs"])
            .query("function", &self.function)
            .query("integration_id", integration)
            .query("connection_id", &self.connection)
            .query("limit", 1);
        Ok(client.json::<List>(call).await?.data.into_iter().next())
    }

    /// Waits for a run that was not there before.
    async fn started(&self, client: &Client, integration: &str, before: Option<String>) -> anyhow::Result<String> {
        let wait = async {
            loop {
                match self.latest(client, integration).await? {
                    Some(run) if Some(&run.id) != before.as_ref() => return Ok::<_, ClientError>(run.id),
                    _ => tokio::time::sleep(POLL).await,
                }
            }
        };
        match tokio::time::timeout(START_WITHIN, wait).await {
            Ok(run) => Ok(run?),
            Err(_) => bail!("the sync is queued, but no worker took it within {} s; is one running?", START_WITHIN.as_secs()),
        }
    }
}

/// Prints the run's log as it grows (on stderr, for `--json`), then how it ended.
async fn follow(client: &Client, output: Output, function: &str, run: &str) -> anyhow::Result<ExitCode> {
    let mut seen = 0;
    loop {
        // The state first: a run that had ended by then has its whole log written when the log is read.
        let text = client.text(Call::get(["runs", run])).await?;
        for line in logs::after(client, run, seen).await? {
            seen = line.seq;
            if output.is_json() { eprintln!("{}", line.text()) } else { output.note(&line.text())? }
        }
        let Shown { data: found } = serde_json::from_str(&text)?;
        if found.state == "running" {
            tokio::time::sleep(POLL).await;
            continue;
        }
        output.document(&text)?;
        if found.state == "succeeded" {
            output.note(&format!(
                "{function} succeeded in {}: {}",
                milliseconds(&found.rest["duration_ms"]),
                counts(&found.rest["counts"])
            ))?;
            return Ok(ExitCode::SUCCESS);
        }
        let error = &found.rest["error"];
        eprintln!("error: {function} {}: {} ({})", found.state, cell(&error["message"]), cell(&error["code"]));
        for frame in frames(error) {
            eprintln!("  at {frame}");
        }
        return Ok(ExitCode::from(FUNCTION_FAILED));
    }
}

/// Indented where that keeps every number as it is.
fn pretty(text: &str) -> String {
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    let exact = serde_json::to_string(&value).is_ok_and(|again| again == text);
    let pretty = exact.then(|| serde_json::to_string_pretty(&value).ok()).flatten();
    pretty.unwrap_or_else(|| text.to_owned())
}
