//! `syncline keys`: the keys of encryption at rest.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::{Args, Subcommand};
use serde::Deserialize;
use serde_json::{Value, json};
use syncline_domain::Secret;
use url::Url;

use super::client::{Call, Client};
use super::output::{Output, cell, time};
use crate::config::{DEFAULT_DATA_DIR, read_encryption_key};

/// Between two looks at a rotation.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// The keys of encryption at rest. For the operator: run it where the server's encryption key is known
#[derive(Args)]
pub(super) struct Keys {
    #[command(subcommand)]
    command: Command,
    /// The server's URL
    #[arg(long, global = true, env = "SYNCLINE_SERVER", default_value = "http://127.0.0.1:3003", value_name = "URL")]
    server: Url,
    /// The server's data directory, where it keeps the encryption key that it made
    #[arg(long, global = true, env = "SYNCLINE_DATA_DIR", default_value = DEFAULT_DATA_DIR, value_name = "DIR")]
    data_dir: PathBuf,
    /// The server's encryption key, if it was given one
    #[arg(long, hide = true, global = true, env = "SYNCLINE_ENCRYPTION_KEY", hide_env_values = true)]
    encryption_key: Option<String>,
    /// One JSON document on stdout, for programs
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Data keys, and how far the last rotation is
    Status,
    /// Add a data key and encrypt everything anew with it, while the server runs
    Rotate {
        /// Return when everything is encrypted with the new key
        #[arg(long)]
        wait: bool,
    },
    /// Change the encryption key itself: afterwards the servers start with the old or the new one. Restart each with the new key, then
    /// `syncline keys retire`
    Change {
        /// File with the new key: 32 random bytes in base64 (`openssl rand -base64 32`)
        #[arg(long, value_name = "FILE")]
        new_key_file: PathBuf,
    },
    /// End a change of the encryption key: the old key opens nothing any more
    Retire,
}

#[derive(Deserialize)]
struct List {
    data: Vec<Value>,
    current: i64,
}

impl Keys {
    pub(super) async fn execute(self) -> anyhow::Result<()> {
        let key = read_encryption_key(&self.data_dir, self.encryption_key.as_ref().map(Secret::new).as_ref())?;
        let client = Client::new(self.server, syncline_api::operator_token(&key)).context("the HTTP client could not be made")?;
        let output = Output::new(self.json);
        match self.command {
            Command::Status => status(&client, output).await,
            Command::Rotate { wait } => {
                let answer: Value = client.json(Call::post(["operator", "keys", "rotate"], &json!({}))).await?;
                let id = answer["data"]["id"].as_i64().unwrap_or_default();
                output.note(&format!("Data key {id} was added and encrypts from {}.", time(&answer["data"]["active_at"])))?;
                if !wait {
                    output.document(&answer.to_string())?;
                    output.note("Everything is being encrypted anew in the background; `syncline keys status` shows when it is done.")?;
                    return Ok(());
                }
                loop {
                    let list: List = client.json(Call::get(["operator", "keys"])).await?;
                    if list.data.iter().any(|key| key["id"] == id && !key["reencrypted_at"].is_null()) {
                        break;
                    }
                    tokio::time::sleep(LOOK_AGAIN).await;
                }
                status(&client, output).await
            }
            Command::Change { new_key_file } => {
                let text = std::fs::read_to_string(&new_key_file).with_context(|| format!("{} cannot be read", new_key_file.display()))?;
                let text = Secret::new(text.trim());
                let body = json!({ "encryption_key": text.expose() });
                output.document(&client.text(Call::post(["operator", "keys", "change"], &body)).await?)?;
                Ok(output.note(&format!(
                    "The database now opens with the old key and with the one in {}.\n\
                     Restart every server with the new key (SYNCLINE_ENCRYPTION_KEY, or encryption.key in its data directory), then run \
                     `syncline keys retire`.",
                    new_key_file.display()
                ))?)
            }
            Command::Retire => {
                output.document(&client.text(Call::post(["operator", "keys", "retire"], &json!({}))).await?)?;
                Ok(output.note("The old encryption key opens nothing any more. Keep it only as long as you keep backups made with it.")?)
            }
        }
    }
}

async fn status(client: &Client, output: Output) -> anyhow::Result<()> {
    let text = client.text(Call::get(["operator", "keys"])).await?;
    let list: List = serde_json::from_str(&text)?;
    let row = |key: &Value| {
        let state = match (&key["id"], &key["reencrypted_at"]) {
            (id, done) if *id == list.current && !done.is_null() => "encrypts; everything is moved over",
            (id, _) if *id == list.current && list.data.len() > 1 => "encrypts; moving the rest over",
            (id, _) if *id == list.current => "encrypts",
            (id, _) if id.as_i64() > Some(list.current) => "waits until every server knows it",
            _ => "decrypts what is left of it",
        };
        vec![cell(&key["id"]), time(&key["created_at"]), time(&key["active_at"]), time(&key["reencrypted_at"]), state.to_owned()]
    };
    let rows = list.data.iter().map(row).collect();
    output.list(&text, &["key", "made", "encrypts from", "moved over", "state"], rows, "No keys yet.")?;
    if list.data.iter().any(|key| key["has_next_master"] == true) {
        output.note("A change of the encryption key is under way: restart every server with the new one, then `syncline keys retire`.")?;
    }
    Ok(())
}
