//! A client of the server's HTTP API. Answers are passed on as text where numbers must stay exact.

use std::error::Error as _;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use syncline_domain::Secret;
use url::Url;

/// An action may run for 15 minutes; a little more, so that the server's own answer wins.
const TIMEOUT: Duration = Duration::from_mins(16);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Knows the server and the key.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    server: Url,
    key: Secret,
}

/// One request.
#[derive(Clone, Debug)]
pub struct Call {
    method: Method,
    segments: Vec<String>,
    query: Vec<(&'static str, String)>,
    headers: Vec<(&'static str, String)>,
    body: Option<String>,
}

/// Why there is no answer to use.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Nothing listens there, or the way is cut.
    #[error("no answer from {server}: {problem}")]
    Unreachable {
        /// The server's URL.
        server: String,
        /// The innermost cause.
        problem: String,
    },
    /// The server said no.
    #[error("{message} ({code})")]
    Refused {
        /// HTTP status.
        status: u16,
        /// The stable code of its error envelope.
        code: String,
        /// With the fields at fault, where it named them.
        message: String,
        /// The whole answer.
        body: String,
    },
    /// A function's request that leads out of the proxy.
    #[error("`{endpoint}` is no path at a provider")]
    Endpoint {
        /// As the function wrote it.
        endpoint: String,
    },
    /// Something else than Syncline answers there.
    #[error("{server} answered with something that is not Syncline's API (status {status})")]
    Foreign {
        /// The server's URL.
        server: String,
        /// HTTP status.
        status: u16,
    },
}

/// reqwest for the CLI and the tests: it only ever speaks to the server that the user names.
#[expect(clippy::disallowed_methods, reason = "a client of our own API, outside of the server and its egress policy")]
pub fn plain_http() -> reqwest::Result<reqwest::Client> {
    // Whoever installs it first wins; all install the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().connect_timeout(CONNECT_TIMEOUT).timeout(TIMEOUT).build()
}

impl Client {
    /// Connects with the first call.
    pub fn new(server: Url, key: Secret) -> reqwest::Result<Self> {
        Ok(Self { http: plain_http()?, server, key })
    }

    /// The answer, decoded.
    pub async fn json<T: DeserializeOwned>(&self, call: Call) -> Result<T, ClientError> {
        let text = self.text(call).await?;
        serde_json::from_str(&text).map_err(|_| ClientError::Foreign { server: self.server.to_string(), status: 200 })
    }

    /// The answer as it came.
    pub async fn text(&self, call: Call) -> Result<String, ClientError> {
        let mut url = self.server.clone();
        url.path_segments_mut().expect("checked to be http when read").pop_if_empty().extend(&call.segments);
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&call.query);
        }
        let mut request = self.http.request(call.method, url).header(AUTHORIZATION, format!("Bearer {}", self.key.expose()));
        for (name, value) in call.headers {
            request = request.header(name, value);
        }
        if let Some(body) = call.body {
            request = request.header(CONTENT_TYPE, "application/json").body(body);
        }
        let response = request.send().await.map_err(|error| self.unreachable(&error))?;
        let status = response.status();
        let text = response.text().await.map_err(|error| self.unreachable(&error))?;
        if status.is_success() { Ok(text) } else { Err(self.refused(status.as_u16(), text)) }
    }

    /// A request through the proxy: whatever comes back, with any status. `endpoint` goes behind `/proxy` as it is.
    pub(super) async fn proxied(
        &self,
        method: Method,
        endpoint: &str,
        query: Option<&str>,
        headers: http::HeaderMap,
        body: bytes::Bytes,
    ) -> Result<(http::StatusCode, http::HeaderMap, bytes::Bytes), ClientError> {
        let base = format!("{}/proxy/", self.server.as_str().trim_end_matches('/'));
        let mut url = Url::parse(&format!("{base}{}", endpoint.trim_start_matches('/')))
            // `..` must not lead to the server's other paths, which this key opens.
            .ok()
            .filter(|url| url.as_str().starts_with(&base))
            .ok_or_else(|| ClientError::Endpoint { endpoint: endpoint.to_owned() })?;
        url.set_fragment(None);
        if let Some(query) = query {
            let both = url.query().filter(|own| !own.is_empty()).map_or_else(|| query.to_owned(), |own| format!("{own}&{query}"));
            url.set_query(Some(&both));
        }
        let request = self.http.request(method, url).header(AUTHORIZATION, format!("Bearer {}", self.key.expose()));
        let response = request.headers(headers).body(body).send().await.map_err(|error| self.unreachable(&error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await.map_err(|error| self.unreachable(&error))?;
        Ok((status, headers, body))
    }

    fn unreachable(&self, error: &reqwest::Error) -> ClientError {
        let mut problem = error.source();
        while let Some(deeper) = problem.and_then(|cause| cause.source()) {
            problem = Some(deeper);
        }
        let problem = problem.map_or_else(|| error.to_string(), ToString::to_string);
        ClientError::Unreachable { server: self.server.to_string(), problem }
    }

    fn refused(&self, status: u16, body: String) -> ClientError {
        let Ok(Envelope { error }) = serde_json::from_str(&body) else {
            return ClientError::Foreign { server: self.server.to_string(), status };
        };
        // Some answers sum their issues up in the message.
        let told = error.message.clone().unwrap_or_default();
        let untold = error.errors.iter().filter(|issue| !told.contains(&issue.message));
        let fields = untold.map(|issue| match issue.path.as_slice() {
            [] => issue.message.clone(),
            path => format!("`{}`: {}", path.join("."), issue.message),
        });
        let mut parts: Vec<String> = error.message.into_iter().filter(|message| !message.is_empty()).chain(fields).collect();
        if parts.is_empty() {
            parts.push(error.payload["message"].as_str().map_or_else(|| format!("the server answered {status}"), ToOwned::to_owned));
        }
        ClientError::Refused { status, code: error.code, message: parts.join("; "), body }
    }
}

impl Call {
    /// `GET` of a path given by its segments, which are escaped.
    pub fn get<const N: usize>(segments: [&str; N]) -> Self {
        Self::new(Method::GET, segments)
    }

    /// `POST` of a JSON body.
    pub fn post<const N: usize>(segments: [&str; N], body: &impl Serialize) -> Self {
        let body = serde_json::to_string(body).expect("what we send are objects of JSON values");
        Self { body: Some(body), ..Self::new(Method::POST, segments) }
    }

    /// `PATCH` of a JSON body.
    pub fn patch<const N: usize>(segments: [&str; N], body: &impl Serialize) -> Self {
        Self { method: Method::PATCH, ..Self::post(segments, body) }
    }

    /// `DELETE`
    pub fn delete<const N: usize>(segments: [&str; N]) -> Self {
        Self::new(Method::DELETE, segments)
    }

    /// `DELETE` with a JSON body.
    pub fn delete_with<const N: usize>(segments: [&str; N], body: &impl Serialize) -> Self {
        Self { method: Method::DELETE, ..Self::post(segments, body) }
    }

    /// Adds a parameter.
    #[expect(clippy::needless_pass_by_value, reason = "numbers, texts and references alike, without a `&` at every call")]
    pub fn query(mut self, name: &'static str, value: impl ToString) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    /// Adds a parameter, if there is a value.
    pub fn query_if(self, name: &'static str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    /// Names the connection in the headers that records and actions want.
    pub fn connection(mut self, integration: &str, connection: &str) -> Self {
        self.headers.extend([("provider-config-key", integration.to_owned()), ("connection-id", connection.to_owned())]);
        self
    }

    /// Adds a header.
    #[expect(clippy::needless_pass_by_value, reason = "numbers and texts alike, without a `&` at every call")]
    pub fn header(mut self, name: &'static str, value: impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    fn new<const N: usize>(method: Method, segments: [&str; N]) -> Self {
        let segments = segments.map(ToOwned::to_owned).to_vec();
        Self { method, segments, query: Vec::new(), headers: Vec::new(), body: None }
    }
}

impl ClientError {
    /// What a person can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Endpoint { .. } => None,
            Self::Unreachable { .. } => {
                Some("start the server with `syncline serve`, or name the right one with --server or SYNCLINE_SERVER".to_owned())
            }
            Self::Refused { status: 401 | 403, .. } => Some(
                "give the key of this server's environment with SYNCLINE_SECRET_KEY_DEV (or _PROD with --environment prod), \
                 or run where the server's data directory is (--data-dir); `environments` and `api-keys` want SYNCLINE_ACCOUNT_KEY"
                    .to_owned(),
            ),
            Self::Refused { code, .. } => Some(
                match code.as_str() {
                    "unknown_integration" | "unknown_provider_config" => "`syncline integrations list` shows those that exist",
                    "unknown_connection" => "`syncline connections list` shows those that exist",
                    "unknown_sync" | "no_syncs_found" => "`syncline functions list` shows those that are deployed",
                    "destructive_deployment" => "--allow-destructive, if that is meant; --dry-run shows all that would change",
                    "deployment_not_found" | "deployment_forgotten" => "`syncline deployments list` shows those that can be put back",
                    "unknown_provider" => "`syncline providers search WORD` looks in the catalogue",
                    _ => return None,
                }
                .to_owned(),
            ),
            Self::Foreign { .. } => Some("check --server: it is the URL that `syncline serve` prints".to_owned()),
        }
    }
}

#[derive(Deserialize)]
struct Envelope {
    error: EnvelopeError,
}

#[derive(Deserialize)]
struct EnvelopeError {
    code: String,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    errors: Vec<Issue>,
    #[serde(default)]
    payload: Value,
}

#[derive(Deserialize)]
struct Issue {
    message: String,
    #[serde(default)]
    path: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_the_fields_and_what_to_do() {
        let client = Client::new("http://127.0.0.1:1".parse().unwrap(), Secret::new("k")).unwrap();
        let body = r#"{"error":{"code":"invalid_body","errors":[{"code":"custom","message":"Required","path":["provider"]}]}}"#;
        assert_eq!(client.refused(400, body.into()).to_string(), "`provider`: Required (invalid_body)");
        let both =
            r#"{"error":{"code":"invalid_body","message":"provider: Required","errors":[{"message":"Required","path":["provider"]}]}}"#;
        assert_eq!(client.refused(400, both.into()).to_string(), "provider: Required (invalid_body)");
        let legacy = client.refused(400, r#"{"error":{"code":"unknown_connection","message":"No such","payload":{}}}"#.into());
        assert!(legacy.hint().unwrap().contains("connections list"));
        assert!(matches!(client.refused(502, "<html>".into()), ClientError::Foreign { status: 502, .. }));
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_named() {
        let client = Client::new("http://127.0.0.1:1".parse().unwrap(), Secret::new("k")).unwrap();
        let error = client.text(Call::get(["health"])).await.unwrap_err();
        assert!(matches!(&error, ClientError::Unreachable { .. }) && error.to_string().contains("127.0.0.1:1"), "{error}");
    }
}
