//! A connection whose credentials the caller already has.

use std::sync::Arc;

use http::{HeaderMap, HeaderName};
use serde_json::{Map, Value};
use syncline_domain::{
    AuthMode, ConnectionName, ConnectionRef, Credentials, EndUser, EnvironmentId, EventKind, FunctionKind, IntegrationKey, SyncState, Tags,
    Variant,
};
use syncline_outbound::{CallBody, ProxyCall};
use syncline_providers::{Entry, Template};
use syncline_store::{ConnectionRow, NewConnection, NewSync};

use crate::{Connect, ConnectError, ConnectionSource};

/// The verification request's answer is looked at for its status only.
const MAX_VERIFICATION_BODY: usize = 1024 * 1024;
const MAX_SHOWN_CHARS: usize = 200;

/// A connection to create or, where it exists, to override.
#[derive(Debug)]
pub struct ImportConnection {
    /// Of which integration.
    pub integration: IntegrationKey,
    /// A new UUID when absent.
    pub connection: Option<ConnectionName>,
    /// Of the provider's auth mode.
    pub credentials: Credentials,
    /// What the provider's templates read: subdomains and the like.
    pub connection_config: Map<String, Value>,
    /// A JSON object for the functions.
    pub metadata: Option<String>,
    /// Labels.
    pub tags: Tags,
    /// The product's user.
    pub end_user: Option<EndUser>,
    /// Where this connection's webhooks go.
    pub webhook_url_override: Option<String>,
}

impl Connect {
    /// Checks the credentials with the provider where its entry says how, stores the connection and starts its syncs.
    pub async fn import(&self, environment: EnvironmentId, mut import: ImportConnection) -> Result<ConnectionRow, ConnectError> {
        let name = match import.connection.take() {
            Some(name) => name,
            None => ConnectionName::new(uuid::Builder::from_random_bytes((self.0.randomness)()).into_uuid().to_string())
                .expect("a UUID is a valid name"),
        };
        let of = ConnectionRef { integration: import.integration.clone(), connection: name.clone() };
        let integration = self.integration(environment, &of).await?;
        let entry = self.entry(&integration.provider)?;
        let (expected, given) = (mode(&entry), import.credentials.auth_mode());
        if expected != given {
            return Err(ConnectError::WrongAuthMode { provider: entry.key.clone(), expected, given });
        }
        complete_config(&entry, &mut import.connection_config)?;
        self.verify(&entry, &import).await?;

        let now = self.0.clock.now();
        let functions = self.0.store.functions().list(environment, Some(integration.id)).await?;
        let enabled = || functions.iter().filter(|function| function.enabled);
        // Every sync exists on every connection; one that does not start by itself waits to be triggered or started.
        let syncs = enabled().filter(|f| f.definition.kind == FunctionKind::Sync).map(|function| {
            let started = function.definition.auto_start;
            let schedule = function.definition.schedule_with(None).filter(|_| started);
            let next_run_at = schedule.and_then(|schedule| schedule.next_after_start(now, self.random_phase()));
            NewSync {
                function: function.id,
                name: function.definition.name.clone(),
                variant: Variant::base(),
                state: if started { SyncState::Started } else { SyncState::Paused },
                frequency_override: None,
                next_run_at,
            }
        });
        let created = enabled().filter(|f| f.definition.event == Some(EventKind::PostConnectionCreation)).map(|function| function.id);
        let new = NewConnection {
            environment,
            integration: integration.id,
            connection: name,
            credentials: import.credentials,
            connection_config: Value::Object(import.connection_config).to_string(),
            metadata: import.metadata,
            tags: import.tags,
            end_user: import.end_user,
            webhook_url_override: import.webhook_url_override,
            syncs: syncs.collect(),
            events: created.collect(),
            session: None,
            target: None,
            refresh_at: None,
            pending: false,
            notify: true,
            now,
        };
        Ok(self.0.store.connections().insert(new).await?.row)
    }

    /// Sends the entry's verification requests in order; the first 2xx passes.
    async fn verify(&self, entry: &Arc<Entry>, import: &ImportConnection) -> Result<(), ConnectError> {
        let Some(verification) = &entry.proxy.verification else { return Ok(()) };
        let source = ConnectionSource::unsaved(Arc::clone(entry), import.connection_config.clone(), import.credentials.clone());
        let target = source.signed_by(Arc::new(import.credentials.clone()));
        // A header that does not resolve is left out, as in every request.
        let header = |(name, template): (&String, &Template)| {
            Some((name.parse::<HeaderName>().ok()?, template.resolve(&target).ok()?.parse().ok()?))
        };
        let headers: HeaderMap = verification.headers.iter().filter_map(header).collect();
        let mut refusal = ConnectError::TestFailed { status: None, message: "no answer".to_owned() };
        for endpoint in &verification.endpoints {
            let call = ProxyCall {
                method: verification.method.parse().unwrap_or(http::Method::GET),
                endpoint: endpoint.clone(),
                headers: headers.clone(),
                body: CallBody::Empty,
                ..ProxyCall::default()
            };
            match self.0.proxy.send_buffered(&source, call, MAX_VERIFICATION_BODY).await {
                Ok(response) if response.status.is_success() => return Ok(()),
                Ok(response) => {
                    let body = String::from_utf8_lossy(&response.body);
                    let message = without(&body.chars().take(MAX_SHOWN_CHARS).collect::<String>(), &import.credentials);
                    refusal = ConnectError::TestFailed { status: Some(response.status.as_u16()), message };
                }
                Err(error) => refusal = ConnectError::TestFailed { status: None, message: error.to_string() },
            }
        }
        Err(refusal)
    }

    /// Where in its period a sync's second run is due; from then on, its id decides.
    fn random_phase(&self) -> u64 {
        u64::from_le_bytes((self.0.randomness)()[..8].try_into().expect("eight of sixteen"))
    }
}

fn mode(entry: &Entry) -> AuthMode {
    AuthMode::parse(entry.auth.mode()).expect("both crates have the wire's names")
}

/// Fills defaults in and checks what was given. A missing value is left to the request that needs it: wire contract 11.2, C4.
fn complete_config(entry: &Entry, config: &mut Map<String, Value>) -> Result<(), ConnectError> {
    for (name, field) in &entry.connection_config {
        match config.get(name) {
            None => {
                if let Some(default) = &field.default_value {
                    config.insert(name.clone(), Value::String(default.clone()));
                }
            }
            Some(Value::String(value)) => {
                field.check(value).map_err(|defect| ConnectError::ConnectionConfig {
                    field: name.clone(),
                    problem: format!("has `{name}`, which {defect}"),
                })?;
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// A provider may repeat the credentials in its refusal.
fn without(text: &str, credentials: &Credentials) -> String {
    credentials.secrets().into_iter().fold(text.to_owned(), |text, secret| text.replace(secret, "[redacted]"))
}
