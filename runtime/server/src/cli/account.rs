//! Which server a command of the account speaks to, with which key, and how it prints.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use serde_json::Value;
use syncline_domain::Secret;
use url::Url;

use super::client::{Call, Client};
use super::output::Output;
use crate::config::{ConfigError, DEFAULT_DATA_DIR, read_account_key};

const HEADING: &str = "Server";

/// Common to the commands that need the account's key.
#[derive(Args, Clone)]
pub(super) struct AccountRemote {
    /// The server's URL
    #[arg(long, global = true, env = "SYNCLINE_SERVER", default_value = "http://127.0.0.1:3003", value_name = "URL", help_heading = HEADING)]
    server: Url,
    /// The account's API key. Better given as SYNCLINE_ACCOUNT_KEY: others on this machine can see arguments. Without it, the file that
    /// the server left in its data directory is read
    #[arg(long, global = true, env = "SYNCLINE_ACCOUNT_KEY", hide_env_values = true, value_name = "KEY", help_heading = HEADING)]
    account_key: Option<String>,
    /// The server's data directory, where it keeps the keys that it made
    #[arg(long, global = true, env = "SYNCLINE_DATA_DIR", default_value = DEFAULT_DATA_DIR, value_name = "DIR", help_heading = HEADING)]
    data_dir: PathBuf,
    /// One JSON document on stdout, for programs
    #[arg(long, global = true, help_heading = HEADING)]
    json: bool,
}

impl AccountRemote {
    pub(super) fn client(&self) -> anyhow::Result<Client> {
        if !matches!(self.server.scheme(), "http" | "https") {
            let problem = format!("--server is `{}`; it must begin with http:// or https://", self.server);
            return Err(ConfigError::new(problem).into());
        }
        Client::new(self.server.clone(), self.key()?).context("the HTTP client could not be made")
    }

    pub(super) fn output(&self) -> Output {
        Output::new(self.json)
    }

    fn key(&self) -> anyhow::Result<Secret> {
        if let Some(key) = &self.account_key {
            return Ok(Secret::new(key.trim()));
        }
        read_account_key(&self.data_dir)?.ok_or_else(|| {
            let problem = format!(
                "no account key: set SYNCLINE_ACCOUNT_KEY, or point --data-dir to the data directory of a server on this machine (there is \
                 none in {})",
                self.data_dir.display()
            );
            ConfigError::new(problem).into()
        })
    }
}

/// The environments, and the answer as it came.
pub(super) async fn environments(client: &Client) -> anyhow::Result<(Vec<Value>, String)> {
    let text = client.text(Call::get(["environments"])).await?;
    let mut answer: Value = serde_json::from_str(&text)?;
    let Value::Array(all) = answer["data"].take() else { bail!("the server's list of environments is no list") };
    Ok((all, text))
}

/// The id of an environment that is given by its name or its id.
pub(super) async fn environment_id(client: &Client, given: &str) -> anyhow::Result<String> {
    let (all, _) = environments(client).await?;
    let found = all.iter().find(|environment| environment["name"] == given || environment["id"] == given);
    match found.and_then(|environment| environment["id"].as_str()) {
        Some(id) => Ok(id.to_owned()),
        None => bail!("there is no environment `{given}`; `syncline environments list` shows those that exist"),
    }
}
