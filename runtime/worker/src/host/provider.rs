//! Authenticated requests to the provider.

mod pages;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;
use serde_json::json;
use serde_json::value::RawValue;
use syncline_connect::ConnectionSource;
use syncline_domain::{ConnectionName, ConnectionRef, EnvironmentId, Grant, IntegrationKey, Metrics, ProxyOutcome};
use syncline_host_api::host::{Body, ConnectionRef as WireRef, Failure, Method, Pages, Request, Response, failure};
use syncline_outbound::{Asked, BufferedResponse, CallBody, Proxy, ProxyCall, ProxyError};

use std::sync::Arc;
use std::time::Instant;

use super::FunctionHost;
use super::failure::{from_connect, invalid};
use super::redact::Redactor;
use super::timeline::Timeline;
pub use pages::{List, walk};

/// A page of a list, not a download: it is copied into the sandbox.
const MAX_BODY: usize = 32 * 1024 * 1024;
/// Enough of an error page to see what it says.
const MAX_ERROR_BODY: usize = 64 * 1024;

impl FunctionHost {
    pub(super) async fn provider_send(&self, method: Method, request: Request) -> Result<Response, Failure> {
        let (source, redactor) = self.source_of(request.connection.as_ref()).await?;
        let what = said(method, &request);
        let call = proxy_call(method, request, &self.hosts)?;
        let response = self.exchange(source, &redactor).exchange(call).await?;
        answer(&what, response, &redactor)
    }

    pub(super) async fn provider_paginate(&self, method: Method, request: Request, options: &str) -> Result<Box<dyn Pages>, Failure> {
        let (source, redactor) = self.source_of(request.connection.as_ref()).await?;
        let what = said(method, &request);
        let call = proxy_call(method, request, &self.hosts)?;
        let exchange = self.exchange(Arc::clone(&source), &redactor);
        walk(List { exchange, entry: source.entry(), redactor, what, call, options, hosts: self.hosts.clone() })
    }

    pub(super) fn exchange(&self, source: Arc<ConnectionSource>, redactor: &Arc<Redactor>) -> Arc<dyn Exchange> {
        let (metrics, timeline) = (Arc::clone(self.setup.runner.store().metrics()), Arc::clone(&self.timeline));
        let environment = self.setup.work.connection.environment;
        Arc::new(Live { proxy: self.setup.runner.proxy().clone(), source, redactor: Arc::clone(redactor), environment, metrics, timeline })
    }

    /// The run's own connection, or another of the same environment.
    pub(super) async fn source_of(&self, of: Option<&WireRef>) -> Result<(Arc<ConnectionSource>, Arc<Redactor>), Failure> {
        let Some(of) = of else { return Ok((Arc::clone(&self.source), Arc::clone(self.redactor()))) };
        let of = connection_ref(of)?;
        let environment = self.setup.work.connection.environment;
        let source = self.setup.runner.connect().source(environment, &of).await.map_err(|error| from_connect(&error))?;
        let redactor = Redactor::new(source.credentials());
        Ok((Arc::new(source), Arc::new(redactor)))
    }

    pub(super) fn may_see_credentials(&self) -> bool {
        self.granted(Grant::Credentials)
    }
}

/// Where a run's requests to its provider go: to the provider itself, or to what stands for it.
#[async_trait]
pub trait Exchange: Send + Sync {
    /// The provider's answer, whatever its status.
    async fn exchange(&self, call: ProxyCall) -> Result<BufferedResponse, Failure>;
}

/// To the provider, signed.
struct Live {
    proxy: Proxy,
    source: Arc<ConnectionSource>,
    redactor: Arc<Redactor>,
    environment: EnvironmentId,
    metrics: Arc<Metrics>,
    timeline: Arc<Timeline>,
}

#[async_trait]
impl Exchange for Live {
    async fn exchange(&self, call: ProxyCall) -> Result<BufferedResponse, Failure> {
        let (asked, begun) = (Asked::of(&call.method, &call.endpoint, call.query.as_deref()), Instant::now());
        let answered = self.proxy.send_buffered(&*self.source, call, MAX_BODY).await;
        let outcome = match &answered {
            Ok(response) => ProxyOutcome::of(response.status.as_u16()),
            Err(ProxyError::Network { .. } | ProxyError::Timeout { .. } | ProxyError::Body { .. }) => ProxyOutcome::Failed,
            Err(_) => ProxyOutcome::Refused,
        };
        let attempts = answered.as_ref().map_or(0, |response| response.attempts);
        self.metrics.call_ended(self.environment, outcome, attempts, Some(begun.elapsed()));
        // The token may have been renewed on the way.
        self.redactor.learn(&self.source.credentials());
        self.timeline.called(&self.redactor, &asked, answered.as_ref().map(|answer| (answer.status, answer.attempts, &answer.url)), begun);
        answered.map_err(|error| from_proxy(&error))
    }
}

/// The guest's request as a call of the proxy. `hosts` are those that the function declared.
pub fn proxy_call(method: Method, request: Request, hosts: &Arc<[String]>) -> Result<ProxyCall, Failure> {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(&request.query);
    Ok(ProxyCall {
        method: http_method(method),
        endpoint: request.endpoint,
        query: (!request.query.is_empty()).then(|| query.finish()),
        headers: headers(&request.headers)?,
        body: request.body.map_or(CallBody::Empty, |body| CallBody::Bytes(body_bytes(body))),
        retries: request.retries,
        retry_on: request.retry_on,
        base_url_override: request.base_url,
        extra_hosts: Some(Arc::clone(hosts)),
        ..ProxyCall::default()
    })
}

/// A request in a message: method and endpoint.
pub fn said(method: Method, request: &Request) -> String {
    format!("{} {}", http_method(method), request.endpoint)
}

pub(super) fn connection_ref(of: &WireRef) -> Result<ConnectionRef, Failure> {
    Ok(ConnectionRef {
        integration: IntegrationKey::new(of.provider_config_key.clone()).map_err(|defect| invalid("unknown_connection", defect))?,
        connection: ConnectionName::new(of.connection_id.clone()).map_err(|defect| invalid("unknown_connection", defect))?,
    })
}

/// What the provider said, for whoever handles the failure.
#[derive(Serialize)]
struct Details<'a> {
    status: u16,
    headers: serde_json::Map<String, serde_json::Value>,
    body: &'a RawValue,
}

/// What the guest gets: the answer, or for a status outside 200 to 299 a failure that holds it.
pub fn answer(what: &str, response: BufferedResponse, redactor: &Redactor) -> Result<Response, Failure> {
    let status = response.status.as_u16();
    let headers = wire_headers(&response.headers, redactor);
    if response.status.is_success() {
        return Ok(Response { status, headers, body: wire_body(response.body, redactor) });
    }
    let body = redactor.text(String::from_utf8_lossy(&response.body[..response.body.len().min(MAX_ERROR_BODY)]).into_owned());
    // As JSON where it is JSON, in its exact digits.
    let shown =
        serde_json::from_str::<Box<RawValue>>(&body).unwrap_or_else(|_| serde_json::value::to_raw_value(&body).expect("a string is JSON"));
    let map: serde_json::Map<String, serde_json::Value> = headers.into_iter().map(|(name, value)| (name, value.into())).collect();
    let excerpt: String = body.chars().take(200).collect();
    let code = if status == 429 { "rate_limited" } else { "provider_status" };
    Err(Failure {
        code: code.to_owned(),
        message: format!("the provider answered {what} with {status}: {}", excerpt.trim()),
        status: Some(status),
        details: Some(serde_json::to_string(&Details { status, headers: map, body: &shown }).expect("plain data has a JSON form")),
    })
}

/// One code for everything that the network does, with the system's own name for it in the details.
pub fn from_proxy(error: &ProxyError) -> Failure {
    let network = matches!(error, ProxyError::Network { .. } | ProxyError::Timeout { .. } | ProxyError::Body { .. });
    let code = if network { "network_error" } else { error.code() };
    Failure { details: network.then(|| json!({ "code": error.code() }).to_string()), ..failure(code, error.to_string()) }
}

/// The same in the HTTP library's words.
pub fn http_method(method: Method) -> http::Method {
    match method {
        Method::Get => http::Method::GET,
        Method::Post => http::Method::POST,
        Method::Put => http::Method::PUT,
        Method::Patch => http::Method::PATCH,
        Method::Delete => http::Method::DELETE,
        Method::Head => http::Method::HEAD,
    }
}

/// The guest's headers, each valid: no line break gets into a request from here.
pub fn headers(pairs: &[(String, String)]) -> Result<HeaderMap, Failure> {
    let header = |(name, value): &(String, String)| {
        let parsed = (HeaderName::try_from(name.as_str()), HeaderValue::try_from(value.as_str()));
        match parsed {
            (Ok(name), Ok(value)) => Ok((name, value)),
            _ => Err(failure("invalid_header", format!("`{}` is not a header that HTTP allows", name.escape_debug()))),
        }
    };
    pairs.iter().map(header).collect()
}

/// A body as it is sent.
pub fn body_bytes(body: Body) -> Bytes {
    match body {
        Body::Text(text) => Bytes::from(text.into_bytes()),
        Body::Bytes(bytes) => Bytes::from(bytes),
    }
}

/// Text where it is text: a guest in JavaScript parses that faster.
pub fn wire_body(body: Bytes, redactor: &Redactor) -> Body {
    match String::from_utf8(Vec::from(body)) {
        Ok(text) => Body::Text(redactor.text(text)),
        Err(error) => Body::Bytes(redactor.bytes(error.into_bytes())),
    }
}

/// Headers for the guest.
pub fn wire_headers(headers: &HeaderMap, redactor: &Redactor) -> Vec<(String, String)> {
    let pair = |(name, value): (&HeaderName, &HeaderValue)| {
        (name.as_str().to_owned(), redactor.text(String::from_utf8_lossy(value.as_bytes()).into_owned()))
    };
    headers.iter().map(pair).collect()
}
