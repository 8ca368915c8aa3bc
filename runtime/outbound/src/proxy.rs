//! Requests for a connection: signed, retried, streamed.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use http::{HeaderMap, Method, StatusCode};
use syncline_domain::Clock;
use tracing::{Instrument as _, Span};
use url::Url;

use crate::error::place;
use crate::target::RequestValues;
use crate::{CallBody, CredentialSource, HttpClient, Incoming, Outgoing, Pace, ProviderTarget, ProxyError, Refresh, ResponseBody, Signer};
use crate::{address, headers, json_body, trace, wait};

/// How much patience a call has.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The longest single wait; a provider that asks for more is tried after this.
    pub max_wait: Duration,
    /// All waits of one call together. A response that asks for more than is left is handed to the caller.
    pub max_total_wait: Duration,
    /// However many the caller asks for.
    pub max_retries: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_wait: Duration::from_mins(10), max_total_wait: Duration::from_mins(15), max_retries: 10 }
    }
}

/// A request as the caller describes it.
///
/// Any method is retried if `retries` is set: whoever sets it for a POST says that it may arrive twice. A streamed body is sent once.
#[derive(Debug, Default)]
pub struct ProxyCall {
    /// HTTP method.
    pub method: Method,
    /// Path below the base URL, maybe with a query; or a URL on the base's origin or a declared host.
    pub endpoint: String,
    /// Encoded, without `?`; appended to the endpoint's.
    pub query: Option<String>,
    /// The caller's, for the provider.
    pub headers: HeaderMap,
    /// What to send.
    pub body: CallBody,
    /// Attempts after the first.
    pub retries: u32,
    /// Statuses to retry besides the usual.
    pub retry_on: Vec<u16>,
    /// Instead of the provider's base URL; empty means none.
    pub base_url_override: Option<String>,
    /// A function's declared hosts; `None` for a caller that may name any public host.
    pub extra_hosts: Option<Arc<[String]>>,
    /// Keeps credentials across origins.
    pub forward_headers_on_redirect: bool,
}

impl ProxyCall {
    /// The same call again; `None` if its body is a stream.
    pub fn replay(&self) -> Option<Self> {
        Some(Self {
            method: self.method.clone(),
            endpoint: self.endpoint.clone(),
            query: self.query.clone(),
            headers: self.headers.clone(),
            body: self.body.replay()?,
            retries: self.retries,
            retry_on: self.retry_on.clone(),
            base_url_override: self.base_url_override.clone(),
            extra_hosts: self.extra_hosts.clone(),
            forward_headers_on_redirect: self.forward_headers_on_redirect,
        })
    }
}

/// The provider's answer, whatever its status, with the body still to come.
#[derive(Debug)]
pub struct ProxyResponse {
    /// As received.
    pub status: StatusCode,
    /// End-to-end only; the body is decoded, so `Content-Encoding` is gone.
    pub headers: HeaderMap,
    /// As it comes.
    pub body: ResponseBody,
    /// How many requests it took.
    pub attempts: u32,
    /// Of the request, before redirects. Its query may carry a key: never show it.
    pub url: Url,
}

/// The provider's answer in memory.
#[derive(Clone, Debug)]
pub struct BufferedResponse {
    /// As received.
    pub status: StatusCode,
    /// End-to-end only.
    pub headers: HeaderMap,
    /// Whole.
    pub body: Bytes,
    /// How many requests it took.
    pub attempts: u32,
    /// Of the request, before redirects. Its query may carry a key: never show it.
    pub url: Url,
}

/// Sends for connections. Cheap to clone.
#[derive(Clone)]
pub struct Proxy {
    client: HttpClient,
    clock: Arc<dyn Clock>,
    pace: Arc<dyn Pace>,
    limits: Limits,
}

impl Proxy {
    /// The clock tells how far away a provider's moment is, `pace` waits for it.
    pub fn new(client: HttpClient, clock: Arc<dyn Clock>, pace: Arc<dyn Pace>, limits: Limits) -> Self {
        Self { client, clock, pace, limits }
    }

    /// Sends until there is an answer to hand on. A 401 refreshes the credentials and is tried once more, if they have changed; that is
    /// not one of the caller's retries, because the provider has done nothing.
    pub async fn send(&self, source: &dyn CredentialSource, call: ProxyCall) -> Result<ProxyResponse, ProxyError> {
        let span = trace::call(&call);
        let answer = self.send_on(source, call, &span).instrument(span.clone()).await;
        trace::called(&span, &answer);
        answer
    }

    async fn send_on(&self, source: &dyn CredentialSource, mut call: ProxyCall, span: &Span) -> Result<ProxyResponse, ProxyError> {
        let mut target = source.target(Refresh::IfNeeded).await?;
        span.record("syncline.provider", target.entry.key.as_str());
        let (mut attempts, mut retries, mut waited, mut refreshed) = (0, 0, Duration::ZERO, false);
        let allowed = call.retries.min(self.limits.max_retries);
        loop {
            attempts += 1;
            let body = std::mem::take(&mut call.body);
            let replay = body.replay();
            let can_repeat = replay.is_some();
            let outgoing = self.outgoing(&target, &call, body)?;
            let url = outgoing.url.clone();
            let result = self.client.send(outgoing).await;
            call.body = replay.unwrap_or_default();
            if can_repeat && !refreshed && matches!(&result, Ok(incoming) if incoming.status == StatusCode::UNAUTHORIZED) {
                refreshed = true;
                if let Some(fresh) = refresh(source, &target).await {
                    target = fresh;
                    continue;
                }
            }
            let pause = if can_repeat && retries < allowed { self.pause(&target, &call, &result, retries) } else { None };
            match pause {
                Some(pause) if waited + pause <= self.limits.max_total_wait => {
                    drop(result);
                    self.pace.sleep(pause).await;
                    waited += pause;
                    retries += 1;
                    // A token may have ended meanwhile.
                    if pause >= Duration::from_mins(1) {
                        target = source.target(Refresh::IfNeeded).await?;
                    }
                }
                _ => {
                    let Incoming { status, headers, body } = result?;
                    return Ok(ProxyResponse { status, headers: headers::incoming(headers), body, attempts, url });
                }
            }
        }
    }

    /// Sends and reads the whole body, at most `max_bytes` of it after decompression.
    pub async fn send_buffered(
        &self,
        source: &dyn CredentialSource,
        call: ProxyCall,
        max_bytes: usize,
    ) -> Result<BufferedResponse, ProxyError> {
        let ProxyResponse { status, headers, body, attempts, url } = self.send(source, call).await?;
        let body = read(body, &url, max_bytes).await?;
        Ok(BufferedResponse { status, headers, body, attempts, url })
    }

    fn outgoing(&self, target: &ProviderTarget, call: &ProxyCall, body: CallBody) -> Result<Outgoing, ProxyError> {
        let random = uuid::Builder::from_random_bytes(self.pace.nonce()).into_uuid().to_string();
        let values = RequestValues { target, now: self.clock.now(), random };
        let url = address::build(&values, call)?;
        let (mut headers, credential_headers) = headers::outgoing(&values, &call.headers, self.client.user_agent());
        let (body, credential_body) = json_body::with_fields(&values, &call.method, &mut headers, body)?;
        Ok(Outgoing {
            method: call.method.clone(),
            url,
            headers,
            body,
            credential_headers,
            credential_body,
            forward_headers_on_redirect: call.forward_headers_on_redirect,
            hosts: None,
            signer: Signer::of(target, &self.clock, &self.pace)?,
        })
    }

    /// How long to wait before the next attempt; `None` if there should be none.
    fn pause(&self, target: &ProviderTarget, call: &ProxyCall, result: &Result<Incoming, ProxyError>, retries: u32) -> Option<Duration> {
        let retry = &target.entry.proxy.retry;
        let asked = match result {
            Ok(incoming) if is_retried(target, call, incoming) => wait::asked(retry, incoming.status, &incoming.headers, self.clock.now()),
            Err(error) if error.is_transient() => None,
            _ => return None,
        };
        Some(asked.unwrap_or_else(|| self.backoff(retries)).min(self.limits.max_wait))
    }

    /// 3 s, 6 s, 12 s, ... each shortened by up to half, so that those who failed together do not come back together.
    fn backoff(&self, retries: u32) -> Duration {
        let full = Duration::from_secs(3).saturating_mul(1_u32.checked_shl(retries).unwrap_or(u32::MAX)).min(self.limits.max_wait);
        full.mul_f64(1.0 - self.pace.fraction() / 2.0)
    }
}

/// New credentials, or `None` if there are none that differ.
async fn refresh(source: &dyn CredentialSource, refused: &ProviderTarget) -> Option<ProviderTarget> {
    match source.target(Refresh::Force).await {
        Ok(fresh) => (!fresh.signs_like(refused)).then_some(fresh),
        Err(error) => {
            // The provider's 401 tells the caller more than a failed refresh would.
            tracing::debug!(code = error.code, provider = refused.entry.key, "no new credentials after a 401");
            None
        }
    }
}

fn is_retried(target: &ProviderTarget, call: &ProxyCall, incoming: &Incoming) -> bool {
    let status = incoming.status.as_u16();
    if status < 400 {
        return false;
    }
    let retry = &target.entry.proxy.retry;
    let usual = if retry.error_codes.is_empty() {
        status >= 500 || status == 429
    } else {
        let text = status.to_string();
        retry.error_codes.iter().any(|code| *code == text || (code.ends_with("xx") && code[..1] == text[..1]))
    };
    usual || call.retry_on.contains(&status) || wait::limit_is_reached(retry, &incoming.headers)
}

/// Reads a body that must fit.
pub(crate) async fn read(mut body: ResponseBody, url: &Url, max_bytes: usize) -> Result<Bytes, ProxyError> {
    let mut whole = BytesMut::new();
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|defect| ProxyError::Body { place: place(url), defect })?;
        if whole.len() + chunk.len() > max_bytes {
            return Err(ProxyError::ResponseTooLarge { place: place(url), limit_bytes: max_bytes });
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.freeze())
}

#[cfg(test)]
mod tests;
