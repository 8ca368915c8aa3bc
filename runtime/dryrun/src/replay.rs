//! The world of a replay: a recording, and nothing else.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};
use syncline_domain::RecordText;
use syncline_host_api::host::{ConnectionRef, Failure, FetchRequest, FetchResponse, failure};
use syncline_outbound::{BufferedResponse, ProviderTarget, ProxyCall};
use syncline_worker::contract::{self, Exchange, Redactor};

use crate::journal::Journal;
use crate::provider;
use crate::recording::{Identity, Recording};
use crate::world::{ForeignAction, World};

/// The connection's id where a recording does not name one.
pub(crate) const CONNECTION: &str = "recorded";

/// A recording, on a stage.
pub(crate) struct Replay {
    recording: Arc<Recording>,
    journal: Arc<Journal>,
    target: ProviderTarget,
    integration: String,
    connection: Value,
}

/// The provider of a replay.
struct Recorded {
    recording: Arc<Recording>,
    journal: Arc<Journal>,
    target: ProviderTarget,
    is_list: bool,
    begun: AtomicBool,
}

impl Replay {
    /// `integration` is the folder's name, which is also the provider's where the recording does not say.
    pub(crate) fn new(recording: Arc<Recording>, journal: Arc<Journal>, entry: Arc<syncline_providers::Entry>, integration: &str) -> Self {
        let connection = connection(&recording, &entry.key, integration);
        let target = provider::target(entry, &connection["connection_config"]);
        Self { recording, journal, target, integration: integration.to_owned(), connection }
    }

    /// The id of the run's connection.
    pub(crate) fn connection_id(&self) -> &str {
        self.connection["connection_id"].as_str().unwrap_or(CONNECTION)
    }

    /// For a call whose answer no recording holds: the case fails, whatever the function makes of it.
    fn not_recorded(&self, call: &str, remedy: &str) -> Failure {
        let message = format!("recordings do not hold what `{call}` answers, so this case cannot be replayed: {remedy}");
        self.journal.missing(message.clone());
        failure("not_recorded", message)
    }

    fn records(&self, model: &str) -> impl Iterator<Item = &Value> {
        let list = self.recording.nango("listRecords").and_then(|models| models.get(model)).and_then(Value::as_array);
        list.into_iter().flatten()
    }
}

/// What the recording says of the connection, under the wire's names, on what every connection has.
fn connection(recording: &Recording, provider: &str, integration: &str) -> Value {
    let mut connection = Map::new();
    for (name, value) in [
        ("id", json!(0)),
        ("connection_id", json!(CONNECTION)),
        ("provider_config_key", json!(integration)),
        ("provider", json!(provider)),
        ("errors", json!([])),
        ("end_user", Value::Null),
        ("tags", json!({})),
        ("metadata", json!({})),
        ("connection_config", json!({})),
        ("created_at", json!("2026-01-01T00:00:00.000+00:00")),
        ("updated_at", json!("2026-01-01T00:00:00.000+00:00")),
        ("last_fetched_at", Value::Null),
    ] {
        connection.insert(name.to_owned(), value);
    }
    let recorded = recording.nango("getConnection").and_then(Value::as_object);
    for (name, value) in recorded.into_iter().flatten() {
        let name = match name.as_str() {
            "connectionId" => "connection_id",
            "providerConfigKey" => "provider_config_key",
            "connectionConfig" => "connection_config",
            other => other,
        };
        connection.insert(name.to_owned(), value.clone());
    }
    connection.into()
}

#[async_trait]
impl World for Replay {
    async fn exchange(&self, _of: Option<&ConnectionRef>, is_list: bool) -> Result<Arc<dyn Exchange>, Failure> {
        Ok(Arc::new(Recorded {
            recording: Arc::clone(&self.recording),
            journal: Arc::clone(&self.journal),
            target: self.target.clone(),
            is_list,
            begun: AtomicBool::new(false),
        }))
    }

    async fn records_by_ids(&self, model: &str, ids: &[String]) -> Result<Vec<(String, String)>, Failure> {
        let texts = self.records(model).map(ToString::to_string);
        let named = texts.filter_map(|text| Some((RecordText::parse(&text).ok()?.id().as_str().to_owned(), text)));
        Ok(named.filter(|(id, _)| ids.contains(id)).collect())
    }

    async fn records_page(&self, model: &str, _cursor: Option<String>) -> Result<(Vec<String>, Option<String>), Failure> {
        Ok((self.records(model).map(ToString::to_string).collect(), None))
    }

    /// `{"Model": ["id", ...]}`, or as the call answers: `{"Model": {"deletedKeys": [...]}}`.
    fn tracked_deletes(&self, model: &str) -> Option<Vec<String>> {
        if self.recording.nango("listRecords").is_some_and(|models| models.get(model).is_some()) {
            // The cache is known, so what is gone is found out.
            return None;
        }
        let calls = ["trackDeletesEnd", "deleteRecordsFromPreviousExecutions"];
        let known = calls.iter().find_map(|call| self.recording.nango(call)?.get(model))?;
        let ids = known.get("deletedKeys").unwrap_or(known).as_array()?;
        Some(ids.iter().map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned)).collect())
    }

    /// The recording knows one connection: whichever is asked for is that one.
    async fn connection(&self, _of: Option<ConnectionRef>, credentials: bool, _refresh: bool) -> Result<Value, Failure> {
        if credentials && self.connection.get("credentials").is_none() {
            self.journal.say(
                syncline_host_api::host::Level::Debug,
                "recordings hold no credentials: this connection has none".to_owned(),
                None,
            );
        }
        Ok(self.connection.clone())
    }

    async fn integration(&self, _credentials: bool) -> Result<Value, Failure> {
        let mut integration = json!({
            "unique_key": self.integration,
            "provider": self.target.entry.key,
            "display_name": self.target.entry.display_name,
            "webhook_url": format!("https://syncline.invalid/webhook/recorded/{}", self.integration),
            "custom": {},
            "created_at": "2026-01-01T00:00:00.000Z",
            "updated_at": "2026-01-01T00:00:00.000Z",
        });
        let recorded = self.recording.nango("getIntegration").and_then(Value::as_object);
        for (name, value) in recorded.into_iter().flatten() {
            integration[name] = value.clone();
        }
        Ok(integration)
    }

    async fn variables(&self) -> Result<Vec<(String, String)>, Failure> {
        let Some(recorded) = self.recording.nango("getEnvironmentVariables").and_then(Value::as_array) else {
            return Err(self.not_recorded(
                "getEnvironmentVariables",
                "they may be secrets; write the ones that the case needs into `nango.getEnvironmentVariables` as [{\"name\", \"value\"}]",
            ));
        };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Ok(recorded.iter().map(|variable| (text(&variable["name"]), text(&variable["value"]))).collect())
    }

    async fn fetch(&self, request: FetchRequest, _hosts: Arc<[String]>) -> Result<FetchResponse, Failure> {
        let what = format!("uncontrolledFetch({})", request.url);
        Err(self.not_recorded(&what, "ask through the provider's proxy where it can be, or test what is made of the answer by itself"))
    }

    async fn action(&self, action: ForeignAction) -> Result<String, Failure> {
        let what = format!("triggerAction({})", action.action);
        Err(self.not_recorded(&what, "only actions of the same project on the run's own connection are run in a replay"))
    }

    fn waits(&self) -> bool {
        false
    }

    fn advice_on_deletes(&self) -> &'static str {
        "The recording may say which they are"
    }
}

#[async_trait]
impl Exchange for Recorded {
    async fn exchange(&self, call: ProxyCall) -> Result<BufferedResponse, Failure> {
        let is_later_page = self.is_list && self.begun.swap(true, Ordering::Relaxed);
        let request = Identity::of(&call);
        let url = provider::address(&self.target, &call);
        if let Some(answer) = self.recording.answer(&request) {
            return Ok(answer.response(url));
        }
        if is_later_page && self.recording.migrated {
            // The conversion lost it: an empty page ends every list.
            return Ok(BufferedResponse {
                status: StatusCode::OK,
                headers: HeaderMap::new(),
                body: Bytes::from_static(b"[]"),
                attempts: 1,
                url,
            });
        }
        let message = self.recording.missing(&request);
        self.journal.missing(message.clone());
        Err(failure("not_recorded", message))
    }
}

/// Cuts nothing out: a recording holds no secrets.
pub(crate) fn redactor() -> Arc<Redactor> {
    Arc::new(contract::Redactor::new(Arc::new(syncline_domain::Credentials::None)))
}
