//! Requests to the provider, through the server's proxy.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, StatusCode};
use serde_json::{Value, json};
use syncline_dryrun::{Identity, Journal, Tape};
use syncline_host_api::host::{Failure, Level, failure};
use syncline_outbound::{BufferedResponse, CallBody, ProviderTarget, ProxyCall, ProxyError};
use syncline_worker::contract::{self, Exchange};
use url::Url;

use super::gate::{Gate, Passage};
use crate::cli::client::{Client, ClientError};

/// The server's own refusals, which no provider says in these words and this form.
const OF_THE_SERVER: [&str; 14] = [
    "base_url_override_not_allowed",
    "body_not_replayable",
    "connection_refresh_backoff",
    "forbidden",
    "invalid_secret_key_format",
    "invalid_credentials",
    "invalid_headers",
    "invalid_url",
    "missing_api_url",
    "missing_auth_header",
    "too_many_request",
    "server_error",
    "unknown_provider",
    "unknown_provider_config",
];

/// The provider as the server's proxy shows it for one connection.
pub(super) struct Proxied {
    pub(super) client: Client,
    pub(super) integration: String,
    pub(super) connection: String,
    pub(super) target: ProviderTarget,
    pub(super) gate: Arc<Gate>,
    pub(super) tape: Arc<Tape>,
    pub(super) journal: Arc<Journal>,
}

#[async_trait]
impl Exchange for Proxied {
    async fn exchange(&self, call: ProxyCall) -> Result<BufferedResponse, Failure> {
        // As a live run: where a request may go is checked before anything else.
        let url = self.address(&call)?;
        let request = Identity::of(&call);
        let answer = match self.gate.pass(&request) {
            Passage::Open => self.send(call, url).await?,
            Passage::Answered(recording, answer) => {
                self.journal.say(Level::Info, format!("{} is not sent: the recording `{recording}` answers it", request.shown()), None);
                answer.response(url)
            }
            Passage::Refused(refusal) => return Err(refusal),
        };
        self.tape.note(&request, &answer);
        Ok(answer)
    }
}

impl Proxied {
    fn address(&self, call: &ProxyCall) -> Result<Url, Failure> {
        self.target.url(call).or_else(|error| match error {
            // Made of what only the server knows. No link leads on from there: a host that is nowhere is no page's own.
            ProxyError::BaseUrlMissing { .. } | ProxyError::BaseUrlUnresolved { .. } => {
                Ok(Url::parse("https://provider.invalid/").expect("a URL"))
            }
            other => Err(contract::from_proxy(&other)),
        })
    }

    async fn send(&self, call: ProxyCall, url: Url) -> Result<BufferedResponse, Failure> {
        let mut headers = HeaderMap::new();
        let mut put = |name: &str, value: &str| {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), value.try_into()) {
                headers.append(name, value);
            }
        };
        put("provider-config-key", &self.integration);
        put("connection-id", &self.connection);
        put("retries", &call.retries.to_string());
        if !call.retry_on.is_empty() {
            put("retry-on", &call.retry_on.iter().map(ToString::to_string).collect::<Vec<_>>().join(","));
        }
        if let Some(base) = &call.base_url_override {
            put("base-url-override", base);
        }
        for (name, value) in &call.headers {
            put(&format!("nango-proxy-{name}"), &String::from_utf8_lossy(value.as_bytes()));
        }
        let body = match call.body {
            CallBody::Bytes(bytes) => bytes,
            CallBody::Empty => Bytes::new(),
            CallBody::Stream { .. } => return Err(failure("internal_error", "a function's body is never a stream")),
        };
        let query = call.query.as_deref();
        let answer = self.client.proxied(call.method, &call.endpoint, query, headers, body).await;
        let (status, headers, body) = answer.map_err(|error| unreachable(&error))?;
        if let Some(refusal) = refusal(status, &body) {
            return Err(refusal);
        }
        Ok(BufferedResponse { status, headers, body, attempts: 1, url })
    }
}

fn unreachable(error: &ClientError) -> Failure {
    Failure { details: Some(json!({ "code": "ECONNREFUSED" }).to_string()), ..failure("network_error", error.to_string()) }
}

/// What the server itself said, where it was not the provider.
fn refusal(status: StatusCode, body: &[u8]) -> Option<Failure> {
    if status.is_success() {
        return None;
    }
    let value: Value = serde_json::from_slice(body).ok()?;
    let (code, message) = (value["error"]["code"].as_str()?, value["error"]["message"].as_str().unwrap_or_default());
    // A request that got no answer says so twice: contract 11.1 P3.
    let unanswered = value["code"].as_str() == Some(code) && value["method"].is_string();
    if unanswered {
        return Some(Failure { details: Some(json!({ "code": code }).to_string()), ..failure("network_error", message) });
    }
    let code = if code == "base_url_override_not_allowed" { "egress_denied" } else { code };
    let known = code == "egress_denied" || OF_THE_SERVER.contains(&code);
    known.then(|| failure(code, format!("the server refused the request: {message}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_refusals_are_not_the_providers_answers() {
        let of = |status: u16, body: &str| refusal(StatusCode::from_u16(status).unwrap(), body.as_bytes()).map(|failure| failure.code);
        assert_eq!(of(200, r#"{"error":{"code":"server_error"}}"#), None);
        assert_eq!(of(404, r#"{"message":"Not Found"}"#), None);
        assert_eq!(of(404, r#"{"error":{"code":"resource_missing","message":"No such customer"}}"#), None);
        assert_eq!(of(400, r#"{"error":{"code":"invalid_headers"}}"#).as_deref(), Some("invalid_headers"));
        assert_eq!(of(400, r#"{"error":{"code":"base_url_override_not_allowed"}}"#).as_deref(), Some("egress_denied"));
        let unanswered = r#"{"error":{"code":"ECONNREFUSED","message":"x"},"message":"x","code":"ECONNREFUSED","method":"GET"}"#;
        assert_eq!(of(500, unanswered).as_deref(), Some("network_error"));
    }
}
