//! `syncline connections`: one user's authorization of an integration each.

use clap::{Args, Subcommand};
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::{Call, ClientError};
use super::input;
use super::output::{cell, shorten, time};
use super::remote::Remote;

/// A screen's worth of a provider's answer; `--json` has all that the server kept.
const MAX_ANSWER_CHARS: usize = 300;

#[derive(Args)]
pub(super) struct Connections {
    #[command(flatten)]
    remote: Remote,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// All connections, newest first
    List {
        /// Of this integration only
        #[arg(long, value_name = "KEY")]
        integration: Option<String>,
        /// How many at most
        #[arg(long, default_value_t = 100)]
        limit: u32,
        /// The page, from 0
        #[arg(long, default_value_t = 0)]
        page: u32,
    },
    /// One connection, and how its syncs are doing. Its credentials are never shown
    Show {
        /// The connection's id
        connection: String,
        /// Its integration's key
        #[arg(long, value_name = "KEY")]
        integration: String,
    },
    /// Import a connection with credentials that you have already
    Create {
        /// The integration's key
        integration: String,
        /// The connection's id; made by the server by default
        #[arg(long, value_name = "ID")]
        connection: Option<String>,
        /// JSON, @FILE or - for stdin (others on this machine can see arguments): {"type":"API_KEY","apiKey":"..."},
        /// {"type":"OAUTH2","access_token":"..."}, {"type":"BASIC","username":"...","password":"..."} or {"type":"NONE"}
        #[arg(long, value_name = "JSON")]
        credentials: String,
        /// Values for the provider's URL and the like, as JSON or @FILE: {"subdomain":"acme"}
        #[arg(long, value_name = "JSON")]
        config: Option<String>,
        /// What functions should know of this connection, as JSON or @FILE
        #[arg(long, value_name = "JSON")]
        metadata: Option<String>,
    },
    /// Make a link with which a user connects an account, or connects one again. It works once, for 30 minutes
    Link {
        /// The integration's key
        integration: String,
        /// Your product's id of the user
        #[arg(long, value_name = "ID", default_value = "cli")]
        end_user: String,
        /// The user's e-mail address, for people
        #[arg(long, value_name = "ADDRESS")]
        email: Option<String>,
        /// The connection to connect again, instead of a new one
        #[arg(long, value_name = "CONNECTION")]
        reconnect: Option<String>,
    },
    /// Ask the provider whether the connection's credentials work
    Test {
        /// The connection's id
        connection: String,
        /// Its integration's key
        #[arg(long, value_name = "KEY")]
        integration: String,
    },
    /// Renew the connection's credentials now, whether or not they are about to end
    Refresh {
        /// The connection's id
        connection: String,
        /// Its integration's key
        #[arg(long, value_name = "KEY")]
        integration: String,
    },
    /// Disconnect: delete a connection with its credentials, syncs and records
    #[command(visible_alias = "disconnect")]
    Delete {
        /// The connection's id
        connection: String,
        /// Its integration's key
        #[arg(long, value_name = "KEY")]
        integration: String,
    },
}

#[derive(Deserialize)]
struct List {
    connections: Vec<Value>,
}

#[derive(Deserialize)]
struct Statuses {
    syncs: Vec<Value>,
}

impl Connections {
    pub(super) async fn execute(self) -> anyhow::Result<()> {
        let (client, output) = (self.remote.client()?, self.remote.output());
        match self.command {
            Command::List { integration, limit, page } => {
                let call = Call::get(["connections"]).query_if("integrationId", integration).query("limit", limit).query("page", page);
                let text = client.text(call).await?;
                let list: List = serde_json::from_str(&text)?;
                let row = |item: &Value| {
                    let user = &item["end_user"];
                    let user = [&user["email"], &user["display_name"], &user["id"]].into_iter().find(|name| !name.is_null());
                    let integration = cell(&item["provider_config_key"]);
                    vec![cell(&item["connection_id"]), integration, cell(user.unwrap_or(&Value::Null)), time(&item["created"])]
                };
                let rows = list.connections.iter().map(row).collect();
                let nothing = "No connections yet: `syncline connections link INTEGRATION` makes a link for a user, `create` imports one.";
                output.list(&text, &["connection", "integration", "end user", "created"], rows, nothing)?;
            }
            Command::Show { connection, integration } => {
                let call = Call::get(["connections", &connection]).query("provider_config_key", &integration);
                let mut item = shown(client.text(call).await)?;
                let status = Call::get(["sync", "status"])
                    .query("syncs", "*")
                    .query("provider_config_key", &integration)
                    .query("connection_id", &connection);
                let syncs: Statuses = client.json(status).await?;
                // The API gives credentials to whoever holds the key; a terminal's scrollback should not.
                if let Some(fields) = item.as_object_mut() {
                    fields.remove("credentials");
                    fields.insert("syncs".to_owned(), Value::from(syncs.syncs.clone()));
                }
                let fields = [
                    ("connection", cell(&item["connection_id"])),
                    ("integration", cell(&item["provider_config_key"])),
                    ("provider", cell(&item["provider"])),
                    ("end user", cell(&item["end_user"]["id"])),
                    ("state", state(&item["auth_error"])),
                    ("configuration", cell(&item["connection_config"])),
                    ("metadata", cell(&item["metadata"])),
                    ("created", time(&item["created_at"])),
                    ("last used", time(&item["last_fetched_at"])),
                ];
                output.fields(&item.to_string(), &fields)?;
                let row = |sync: &Value| {
                    let latest = sync["latestResult"].as_object().into_iter().flatten().map(|(model, counts)| {
                        format!("{model} +{} ~{} -{}", cell(&counts["added"]), cell(&counts["updated"]), cell(&counts["deleted"]))
                    });
                    let next = time(&sync["nextScheduledSyncAt"]);
                    let latest = latest.collect::<Vec<_>>().join(", ");
                    let name = match sync["variant"].as_str() {
                        Some("base") | None => cell(&sync["name"]),
                        Some(variant) => format!("{}::{variant}", cell(&sync["name"])),
                    };
                    vec![name, cell(&sync["status"]), cell(&sync["frequency"]), time(&sync["finishedAt"]), next, latest]
                };
                let rows: Vec<_> = syncs.syncs.iter().map(row).collect();
                if !rows.is_empty() {
                    output.note("")?;
                    output.note(&output.table(&["sync", "status", "runs", "finished", "next", "latest result"], rows))?;
                }
            }
            Command::Create { integration, connection, credentials, config, metadata } => {
                let mut body = json!({ "provider_config_key": integration });
                let given = [("credentials", Some(credentials)), ("connection_config", config), ("metadata", metadata)];
                for (name, json) in given.into_iter().filter_map(|(name, json)| Some((name, json?))) {
                    body[name] = serde_json::from_str(input::read(&json)?.get())?;
                }
                if let Some(connection) = connection {
                    body["connection_id"] = connection.into();
                }
                let mut item: Value = client.json(Call::post(["connections"], &body)).await?;
                if let Some(fields) = item.as_object_mut() {
                    fields.remove("credentials");
                }
                output.document(&item.to_string())?;
                let id = cell(&item["connection_id"]);
                output.note(&format!(
                    "Connection `{id}` is there. `syncline connections show {id} --integration {integration}` shows its syncs."
                ))?;
            }
            Command::Link { integration, end_user, email, reconnect } => {
                let user = json!({ "id": end_user, "email": email });
                let call = match &reconnect {
                    None => Call::post(["connect", "sessions"], &json!({ "end_user": user, "allowed_integrations": [integration] })),
                    Some(connection) => {
                        let body = json!({ "connection_id": connection, "integration_id": integration });
                        Call::post(["connect", "sessions", "reconnect"], &body)
                    }
                };
                let text = client.text(call).await?;
                let answer: Value = serde_json::from_str(&text)?;
                let data = &answer["data"];
                output.fields(&text, &[("link", cell(&data["connect_link"])), ("until", time(&data["expires_at"]))])?;
                output.note("Whoever opens it connects an account. Send it to one person only.")?;
            }
            Command::Test { connection, integration } => {
                let call = Call::post(["connections", &connection, "test"], &json!({})).query("provider_config_key", integration);
                let text = client.text(call).await?;
                let report: Value = serde_json::from_str(&text)?;
                let message = cell(&report["message"]);
                let fields = [
                    ("outcome", cell(&report["outcome"])),
                    ("status", cell(&report["status"])),
                    ("message", message.clone()),
                    ("try again", time(&report["retry_at"])),
                    ("answer", shorten(&cell(&report["answer"]), MAX_ANSWER_CHARS)),
                ];
                output.fields(&text, &fields)?;
                if report["success"] != true && report["outcome"] != "nothing_to_ask" {
                    anyhow::bail!("the connection does not work: {message}");
                }
            }
            Command::Refresh { connection, integration } => {
                let call = Call::get(["connections", &connection]).query("provider_config_key", &integration).query("force_refresh", true);
                let mut item: Value = client.json(call).await?;
                let until = time(&item["credentials"]["expires_at"]);
                if let Some(fields) = item.as_object_mut() {
                    fields.remove("credentials");
                }
                output.document(&item.to_string())?;
                output.note(&match until.as_str() {
                    "-" => format!("The credentials of `{connection}` are fresh; they do not end by themselves."),
                    until => format!("The credentials of `{connection}` are fresh until {until}."),
                })?;
            }
            Command::Delete { connection, integration } => {
                let call = Call::delete(["connections", &connection]).query("provider_config_key", integration);
                let text = client.text(call).await?;
                output.document(&text)?;
                output.note(&format!("Connection `{connection}` is disconnected; its credentials, syncs and records are gone."))?;
            }
        }
        Ok(())
    }
}

/// A connection whose credentials cannot be used is refused with the connection in the answer: that is what was asked for here.
fn shown(answer: Result<String, ClientError>) -> anyhow::Result<Value> {
    match answer {
        Ok(text) => Ok(serde_json::from_str(&text)?),
        Err(ClientError::Refused { code, body, .. }) if code == "invalid_credentials" => {
            let mut body: Value = serde_json::from_str(&body)?;
            Ok(body["error"]["payload"]["connection"].take())
        }
        Err(other) => Err(other.into()),
    }
}

/// How a connection is, and why.
fn state(error: &Value) -> String {
    let message = cell(&error["message"]);
    match error {
        Value::Null => "working".to_owned(),
        error if error["is_final"] == true => format!("please reconnect: {message}"),
        error if error["retry_at"].is_null() => format!("refresh failed: {message}"),
        error => format!("refresh failed, trying again at {}: {message}", time(&error["retry_at"])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_says_what_happens_next() {
        assert_eq!(state(&Value::Null), "working");
        let error = |retry_at: Value, is_final: bool| json!({ "message": "revoked", "retry_at": retry_at, "is_final": is_final });
        assert_eq!(state(&error(Value::Null, true)), "please reconnect: revoked");
        let retried = state(&error("2026-01-31T12:00:00.000Z".into(), false));
        assert_eq!(retried, "refresh failed, trying again at 2026-01-31 12:00:00: revoked");
    }

    #[test]
    fn a_connection_that_cannot_be_used_is_shown_all_the_same() {
        let body =
            json!({ "error": { "code": "invalid_credentials", "payload": { "connection": { "connection_id": "c1" } } } }).to_string();
        let refused = |code: &str| ClientError::Refused { status: 424, code: code.to_owned(), message: String::new(), body: body.clone() };
        assert_eq!(shown(Err(refused("invalid_credentials"))).unwrap()["connection_id"], "c1");
        assert!(shown(Err(refused("unknown_connection"))).is_err());
    }
}
