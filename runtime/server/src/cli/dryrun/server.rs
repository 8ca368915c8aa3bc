//! The world of a dry run: a running server, by its public API.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use async_trait::async_trait;
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use syncline_domain::{AuthMode, Credentials, Exchanged, FunctionKind, Secret};
use syncline_dryrun::{ForeignAction, Function, Identity, Journal, Tape, World, provider};
use syncline_host_api::host::{ConnectionRef, Failure, FetchRequest, FetchResponse, Level, failure};
use syncline_outbound::{EgressPolicy, HttpClient, ProxyCall};
use syncline_providers::{Catalogue, Entry};
use syncline_worker::contract::{self, Exchange, Redactor};

use super::gate::{Gate, Passage};
use super::provider::Proxied;
use crate::cli::client::{Call, Client, ClientError};

/// As a live run.
const FETCH_TIMEOUT: Duration = Duration::from_secs(120);
const MAX_FETCHED_BYTES: usize = 16 * 1024 * 1024;
/// Large enough that a cache of some thousand records is a few requests.
const PAGE: u32 = 1_000;

/// Whose world it is.
pub(super) struct Options {
    pub(super) client: Client,
    pub(super) integration: String,
    pub(super) connection: String,
    pub(super) variant: String,
    pub(super) policy: EgressPolicy,
}

/// A server, seen from one connection.
pub(super) struct Server {
    options: Options,
    gate: Arc<Gate>,
    tape: Arc<Tape>,
    journal: Arc<Journal>,
    entry: Arc<Entry>,
    /// As the API gives it, without its credentials.
    shown: Value,
    credentials: Value,
    secrets: Vec<String>,
    redactor: Arc<Redactor>,
    http: HttpClient,
}

/// What the server's next run of the function would begin with.
pub(super) struct Beginning {
    pub(super) metadata: String,
    pub(super) checkpoint: Option<String>,
    pub(super) last_success_at: Option<String>,
}

#[derive(Deserialize)]
struct Page {
    records: Vec<IndexMap<String, Box<RawValue>>>,
    next_cursor: Option<String>,
}

#[derive(Deserialize)]
struct RecordMetadata {
    last_action: String,
    pruned_at: Option<String>,
}

impl Server {
    /// Looks the connection up.
    pub(super) async fn open(options: Options, gate: Gate, tape: Arc<Tape>, journal: Arc<Journal>) -> anyhow::Result<Arc<Self>> {
        let mut shown = read_connection(&options.client, &options.integration, &options.connection, false).await?;
        let credentials = shown.as_object_mut().and_then(|object| object.shift_remove("credentials")).unwrap_or_default();
        let key = shown["provider"].as_str().unwrap_or_default().to_owned();
        let entry = entry(&options.client, &key).await?;
        let secrets = secrets_of(&credentials);
        // Whoever installs it first wins; all install the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = HttpClient::new(syncline_outbound::Options::new(options.policy));
        Ok(Arc::new(Self {
            gate: Arc::new(gate),
            tape,
            journal,
            entry: Arc::new(entry),
            redactor: Arc::new(Redactor::new(Arc::new(known(&secrets)))),
            shown,
            credentials,
            secrets,
            http,
            options,
        }))
    }

    pub(super) fn provider(&self) -> &str {
        &self.entry.key
    }

    pub(super) fn entry(&self) -> Arc<Entry> {
        Arc::clone(&self.entry)
    }

    pub(super) fn redactor(&self) -> Arc<Redactor> {
        Arc::clone(&self.redactor)
    }

    /// What must not be seen in a recording.
    pub(super) fn secrets(&self) -> &[String] {
        &self.secrets
    }

    /// What of the connection a replay needs.
    pub(super) fn recorded_connection(&self) -> Value {
        let mut kept = Map::new();
        for name in ["connection_id", "provider", "connection_config", "tags", "end_user"] {
            let value = &self.shown[name];
            let is_empty = value.is_null() || value.as_object().is_some_and(Map::is_empty);
            if !is_empty {
                kept.insert(name.to_owned(), value.clone());
            }
        }
        kept.into()
    }

    /// What the API knows of the function on this connection. A function that never ran, or is not deployed, begins from nothing.
    pub(super) async fn beginning(&self, function: &Function) -> anyhow::Result<Beginning> {
        let metadata =
            Some(&self.shown["metadata"]).filter(|metadata| metadata.is_object()).map_or_else(|| "{}".to_owned(), Value::to_string);
        let mut beginning = Beginning { metadata, checkpoint: None, last_success_at: None };
        if function.definition.kind != FunctionKind::Sync {
            return Ok(beginning);
        }
        let Options { client, integration, connection, variant, .. } = &self.options;
        let name = function.definition.name.as_str();
        let status = Call::get(["sync", "status"])
            .query("syncs", format!("{name}::{variant}"))
            .query("provider_config_key", integration)
            .query("connection_id", connection);
        let status: Option<Value> = if_allowed(client.json(status).await)?;
        let status = status.and_then(|status| status["syncs"].as_array()?.first().cloned()).unwrap_or_default();
        beginning.checkpoint = Some(&status["checkpoint"]).filter(|checkpoint| checkpoint.is_object()).map(Value::to_string);
        let runs = Call::get(["runs"])
            .query("function", name)
            .query("integration_id", integration)
            .query("connection_id", connection)
            .query("state", "succeeded");
        let runs: Option<Value> = if_allowed(client.json(runs).await)?;
        let runs = runs.and_then(|runs| runs["data"].as_array().cloned()).unwrap_or_default();
        let last = runs.iter().find(|run| run["variant"].as_str().is_none_or(|of| of == *variant));
        beginning.last_success_at = last.and_then(|run| run["started_at"].as_str().map(str::to_owned));
        Ok(beginning)
    }

    fn client(&self) -> &Client {
        &self.options.client
    }

    fn records_call(&self, model: &str) -> Call {
        Call::get(["records"])
            .connection(&self.options.integration, &self.options.connection)
            .query("model", model)
            .query("variant", &self.options.variant)
            .query("limit", PAGE)
    }

    /// The live records of a page, with their ids, and its cursor.
    async fn page(&self, call: Call) -> Result<(Vec<(String, String)>, Option<String>), Failure> {
        let page: Page = self.client().json(call).await.map_err(|error| refused(&error))?;
        let live = page.records.into_iter().filter_map(|mut record| {
            let metadata: RecordMetadata = serde_json::from_str(record.shift_remove("_nango_metadata")?.get()).ok()?;
            if metadata.last_action == "DELETED" || metadata.pruned_at.is_some() {
                return None;
            }
            let id = record.get("id")?.get();
            let id = serde_json::from_str::<String>(id).unwrap_or_else(|_| id.to_owned());
            Some((id, serde_json::to_string(&record).ok()?))
        });
        Ok((live.collect(), page.next_cursor))
    }
}

/// A connection as the host answers it; the credentials are in it where the key may see them.
async fn read_connection(client: &Client, integration: &str, connection: &str, refresh: bool) -> Result<Value, ClientError> {
    let call = Call::get(["connections", connection]).query("provider_config_key", integration);
    let call = if refresh { call.query("force_refresh", true) } else { call };
    let mut shown: Value = client.json(call).await?;
    if let Some(object) = shown.as_object_mut() {
        object.shift_remove("webhook_url_override");
        object.shift_remove("auth_error");
    }
    Ok(shown)
}

/// As the server has it: its operator may have entries that this program does not know.
async fn entry(client: &Client, key: &str) -> anyhow::Result<Entry> {
    let mut entry = Entry::clone(&provider::entry(&Catalogue::embedded(), key));
    let answer: Value = client.json(Call::get(["providers", key])).await.context("the provider's entry cannot be read")?;
    let proxy = &answer["data"]["proxy"];
    entry.proxy.base_url = serde_json::from_value(proxy["base_url"].clone()).unwrap_or_default();
    entry.proxy.paginate = serde_json::from_value(proxy["paginate"].clone()).unwrap_or_default();
    Ok(entry)
}

/// A key that may not ask this, or a function that is not there: no answer, and no failure.
fn if_allowed(answer: Result<Value, ClientError>) -> Result<Option<Value>, ClientError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(ClientError::Refused { .. }) => Ok(None),
        Err(other) => Err(other),
    }
}

fn refused(error: &ClientError) -> Failure {
    match error {
        ClientError::Refused { code, message, .. } => failure(code, message),
        other => failure("network_error", other.to_string()),
    }
}

/// Texts of the credentials that are secret by their names.
fn secrets_of(credentials: &Value) -> Vec<String> {
    const SECRET: [&str; 9] = ["token", "secret", "key", "password", "jwt", "assertion", "signature", "username", "pem"];
    let mut found = Vec::new();
    let mut open = vec![("", credentials)];
    while let Some((name, value)) = open.pop() {
        match value {
            Value::Object(map) => open.extend(map.iter().map(|(name, value)| (name.as_str(), value))),
            Value::Array(items) => open.extend(items.iter().map(|value| (name, value))),
            Value::String(text) => {
                let lower = name.to_ascii_lowercase();
                let harmless = lower == "type" || lower.contains("token_type") || lower.contains("expires");
                if !harmless && SECRET.iter().any(|part| lower.contains(part)) {
                    found.push(text.clone());
                }
            }
            _ => {}
        }
    }
    found
}

/// In the form that a redactor learns secrets from.
fn known(secrets: &[String]) -> Credentials {
    let supplied = secrets.iter().enumerate().map(|(index, secret)| (index.to_string(), Secret::new(secret.as_str())));
    Credentials::Exchanged(Exchanged { mode: AuthMode::TwoStep, supplied: supplied.collect(), obtained: None })
}

#[async_trait]
impl World for Server {
    async fn exchange(&self, of: Option<&ConnectionRef>, _is_list: bool) -> Result<Arc<dyn Exchange>, Failure> {
        let (integration, connection) = of.map_or_else(
            || (self.options.integration.clone(), self.options.connection.clone()),
            |of| (of.provider_config_key.clone(), of.connection_id.clone()),
        );
        let target = if of.is_none() {
            provider::target(Arc::clone(&self.entry), &self.shown["connection_config"])
        } else {
            let other = read_connection(self.client(), &integration, &connection, false).await.map_err(|error| refused(&error))?;
            let key = other["provider"].as_str().unwrap_or_default();
            let entry = entry(self.client(), key).await.map_err(|error| failure("unknown_provider", format!("{error:#}")))?;
            provider::target(Arc::new(entry), &other["connection_config"])
        };
        Ok(Arc::new(Proxied {
            client: self.client().clone(),
            integration,
            connection,
            target,
            gate: Arc::clone(&self.gate),
            tape: Arc::clone(&self.tape),
            journal: Arc::clone(&self.journal),
        }))
    }

    async fn records_by_ids(&self, model: &str, ids: &[String]) -> Result<Vec<(String, String)>, Failure> {
        let (mut found, mut cursor) = (Vec::new(), None);
        loop {
            let call = ids.iter().fold(self.records_call(model), |call, id| call.query("ids", id)).query_if("cursor", cursor);
            let (records, next) = self.page(call).await?;
            found.extend(records);
            cursor = next;
            if cursor.is_none() {
                return Ok(found);
            }
        }
    }

    async fn records_page(&self, model: &str, cursor: Option<String>) -> Result<(Vec<String>, Option<String>), Failure> {
        let call = self.records_call(model).query("filter", "added,updated").query_if("cursor", cursor);
        let (records, next) = self.page(call).await?;
        Ok((records.into_iter().map(|(_, text)| text).collect(), next))
    }

    async fn connection(&self, of: Option<ConnectionRef>, credentials: bool, refresh: bool) -> Result<Value, Failure> {
        // Renewing changes what the server keeps, and only a function that sees credentials can tell.
        let refresh = refresh && credentials;
        if of.is_none() && !refresh {
            let mut connection = self.shown.clone();
            if credentials {
                if self.credentials.as_object().is_none_or(Map::is_empty) {
                    let message =
                        "the API key may not read credentials (environment:connections:read_credentials), so this connection has none";
                    self.journal.say(Level::Warn, message.to_owned(), None);
                }
                connection["credentials"] = self.credentials.clone();
            }
            return Ok(connection);
        }
        let of = of.unwrap_or_else(|| ConnectionRef {
            provider_config_key: self.options.integration.clone(),
            connection_id: self.options.connection.clone(),
        });
        let read = read_connection(self.client(), &of.provider_config_key, &of.connection_id, refresh).await;
        let mut connection = read.map_err(|error| refused(&error))?;
        if !credentials && let Some(object) = connection.as_object_mut() {
            object.shift_remove("credentials");
        }
        Ok(connection)
    }

    async fn integration(&self, credentials: bool) -> Result<Value, Failure> {
        let call = Call::get(["integrations", &self.options.integration]).query("include", "webhook");
        let call = if credentials { call.query("include", "credentials") } else { call };
        let answer: Value = self.client().json(call).await.map_err(|error| refused(&error))?;
        let mut integration = answer["data"].clone();
        if integration.get("custom").is_none_or(Value::is_null) {
            integration["custom"] = json!({});
        }
        Ok(integration)
    }

    async fn variables(&self) -> Result<Vec<(String, String)>, Failure> {
        let list: Vec<Value> = self.client().json(Call::get(["environment-variables"])).await.map_err(|error| refused(&error))?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Ok(list.iter().map(|variable| (text(&variable["name"]), text(&variable["value"]))).collect())
    }

    async fn fetch(&self, request: FetchRequest, hosts: Arc<[String]>) -> Result<FetchResponse, Failure> {
        let body = request.body.map(contract::body_bytes).unwrap_or_default();
        let method = contract::http_method(request.method);
        let asked = ProxyCall { method: method.clone(), endpoint: request.url.clone(), ..ProxyCall::default() };
        if let Passage::Refused(refusal) = self.gate.pass(&Identity::of(&asked)) {
            return Err(refusal);
        }
        let fetch = syncline_outbound::Fetch {
            method,
            url: request.url,
            headers: contract::headers(&request.headers)?,
            body,
            hosts,
            timeout: FETCH_TIMEOUT,
            max_bytes: MAX_FETCHED_BYTES,
        };
        let response = self.http.fetch(fetch).await.map_err(|error| contract::from_proxy(&error))?;
        Ok(FetchResponse {
            status: response.status.as_u16(),
            headers: contract::wire_headers(&response.headers, &self.redactor),
            body: contract::wire_body(response.body, &self.redactor),
        })
    }

    async fn action(&self, action: ForeignAction) -> Result<String, Failure> {
        let ForeignAction { of, action, input } = action;
        if !self.gate.allows_writes() {
            let message = format!(
                "a dry run does not run `{action}`: it is no action of this project on this connection, and may change something. Add \
                 --allow-writes to run it on the server"
            );
            return Err(failure("write_refused", message));
        }
        let (integration, connection) = of.map_or_else(
            || (self.options.integration.clone(), self.options.connection.clone()),
            |of| (of.provider_config_key, of.connection_id),
        );
        // The input goes as it was written, so that numbers stay exact.
        let body = RawValue::from_string(format!("{{\"action_name\":{},\"input\":{input}}}", Value::from(action)))
            .map_err(|error| failure("invalid_action_input", error.to_string()))?;
        let call = Call::post(["action", "trigger"], &body).connection(&integration, &connection);
        self.client().text(call).await.map_err(|error| refused(&error))
    }

    fn waits(&self) -> bool {
        true
    }

    fn advice_on_deletes(&self) -> &'static str {
        "`--checkpoint null` begins anew"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_their_names() {
        let credentials = json!({
            "type": "OAUTH2", "access_token": "at-1", "expires_at": "2026-01-01",
            "raw": { "refresh_token": "rt-1", "token_type": "bearer", "scope": "repo" }, "apiKey": "k-1",
        });
        let mut secrets = secrets_of(&credentials);
        secrets.sort();
        assert_eq!(secrets, ["at-1", "k-1", "rt-1"]);
        assert_eq!(Redactor::new(Arc::new(known(&["canary-1".to_owned()]))).text("a canary-1".to_owned()), "a [redacted]");
    }
}
