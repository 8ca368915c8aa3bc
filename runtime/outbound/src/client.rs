//! The one HTTP client.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::header::{CONTENT_LENGTH, HeaderName, LOCATION};
use http::{HeaderMap, Method, StatusCode};
use syncline_domain::Secret;
use tracing::Instrument as _;
use url::Url;

use crate::body::into_client;
use crate::error::place;
use crate::hosts::host_is_listed;
use crate::resolve::Guard;
use crate::{CallBody, ClientCertificateDefect, Denied, EgressPolicy, Lookup, ProxyError, ResponseBody, Signer, SystemLookup, tls, trace};

mod redirect;

/// As many as the Fetch standard's users get along with; a loop ends early.
const MAX_REDIRECTS: usize = 5;

/// How the client behaves.
#[derive(Clone)]
pub struct Options {
    /// Where it may go.
    pub policy: EgressPolicy,
    /// For resolving, connecting and the TLS handshake. A host that needs longer is down.
    pub connect_timeout: Duration,
    /// For the response to begin after the last byte sent, and between two reads. Long, for providers that think before they answer.
    pub idle_timeout: Duration,
    /// Sent where neither the provider's entry nor the caller says otherwise; some APIs refuse requests without one.
    pub user_agent: String,
    /// Who is asked for addresses.
    pub lookup: Arc<dyn Lookup>,
}

impl Options {
    /// What a server uses.
    pub fn new(policy: EgressPolicy) -> Self {
        Self {
            policy,
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(100),
            user_agent: concat!("syncline/", env!("CARGO_PKG_VERSION")).to_owned(),
            lookup: Arc::new(SystemLookup),
        }
    }
}

/// One request, ready to leave.
#[derive(Debug)]
pub struct Outgoing {
    /// Of the first hop.
    pub method: Method,
    /// Checked here, before anything is opened.
    pub url: Url,
    /// All that are sent, besides `Host` and the length.
    pub headers: HeaderMap,
    /// Sent with each hop that keeps the method.
    pub body: CallBody,
    /// Taken out when a redirect leaves the origin, as `Authorization` and `Cookie` always are.
    pub credential_headers: Vec<HeaderName>,
    /// Whether the body holds credentials: a redirect that would take it to another origin is refused.
    pub credential_body: bool,
    /// Keeps them nevertheless.
    pub forward_headers_on_redirect: bool,
    /// If there, every hop's host must be one of them (`example.com`, `*.example.com`).
    pub hosts: Option<Arc<[String]>>,
    /// Signs each hop just before it leaves. A hop to another origin goes unsigned, like one without its credential headers.
    pub signer: Option<Signer>,
}

/// A response whose body is still to come.
#[derive(Debug)]
pub struct Incoming {
    /// As received.
    pub status: StatusCode,
    /// As received; a decoded body has lost its `Content-Encoding` and `Content-Length`.
    pub headers: HeaderMap,
    /// Decompressed.
    pub body: ResponseBody,
}

/// Cheap to clone; clones share connections.
#[derive(Clone)]
pub struct HttpClient {
    http: reqwest::Client,
    options: Arc<Options>,
}

impl HttpClient {
    /// Reads the certificates of the machine; opens nothing.
    pub fn new(options: Options) -> Self {
        Self::with_tls(Arc::new(options), tls::config())
    }

    /// The same client, which shows this certificate to servers that ask for one (RFC 8705 clients). It shares no connections with others.
    ///
    /// Both are PEM: the certificate with the chain that the server needs, the key unencrypted.
    pub fn with_client_certificate(&self, cert_pem: &str, key_pem: &Secret) -> Result<Self, ClientCertificateDefect> {
        Ok(Self::with_tls(Arc::clone(&self.options), tls::with_client_certificate(cert_pem, key_pem)?))
    }

    #[expect(clippy::disallowed_methods, reason = "the one place where a client is made")]
    fn with_tls(options: Arc<Options>, tls: rustls::ClientConfig) -> Self {
        let guard = Guard { lookup: Arc::clone(&options.lookup), policy: options.policy, timeout: options.connect_timeout };
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .dns_resolver(Arc::new(guard))
            // A proxy would resolve names by itself, past the guard.
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .connect_timeout(options.connect_timeout)
            // Real providers stay below 50 headers and 16 KiB of them.
            .http1_max_headers(256)
            .http2_max_header_list_size(64 * 1024)
            .pool_idle_timeout(Duration::from_secs(30))
            .build()
            .expect("the options above do not depend on anything outside");
        Self { http, options }
    }

    /// The rule that every hop is held against.
    pub fn policy(&self) -> EgressPolicy {
        self.options.policy
    }

    pub(crate) fn user_agent(&self) -> &str {
        &self.options.user_agent
    }

    /// Sends, and follows redirects. Any status is a response.
    pub async fn send(&self, outgoing: Outgoing) -> Result<Incoming, ProxyError> {
        self.traced(outgoing, |_| true).await
    }

    /// Sends, and follows only redirects that ask for the same request again (307, 308). What would turn it into a GET without its body
    /// (301, 302, 303) is the answer: for a message, arriving without its content is not arriving.
    pub async fn deliver(&self, outgoing: Outgoing) -> Result<Incoming, ProxyError> {
        self.traced(outgoing, |status| matches!(status, StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT)).await
    }

    async fn traced(&self, outgoing: Outgoing, follows: impl Fn(StatusCode) -> bool + Send) -> Result<Incoming, ProxyError> {
        let span = trace::request(&outgoing);
        let answer = self.send_on(outgoing, follows).instrument(span.clone()).await;
        trace::answered(&span, &answer);
        answer
    }

    async fn send_on(&self, outgoing: Outgoing, follows: impl Fn(StatusCode) -> bool + Send) -> Result<Incoming, ProxyError> {
        let mut request = outgoing;
        for _ in 0..=MAX_REDIRECTS {
            self.check(&request)?;
            if let Some(signer) = &request.signer {
                for (name, value) in signer.sign(&request)? {
                    request.headers.insert(name, value);
                }
            }
            let body = std::mem::take(&mut request.body);
            let replay = body.replay();
            let incoming = self.send_once(&request, body).await?;
            let next = redirect::target(incoming.status, incoming.headers.get(LOCATION), &request.url);
            let Some(next) = next.filter(|_| follows(incoming.status)) else { return Ok(incoming) };
            request = redirect::follow(request, replay, incoming.status, next)?;
        }
        Err(ProxyError::TooManyRedirects { place: place(&request.url), limit: MAX_REDIRECTS })
    }

    fn check(&self, request: &Outgoing) -> Result<(), ProxyError> {
        let denied = |reason| ProxyError::denied(&request.url, reason);
        self.options.policy.check_url(&request.url).map_err(denied)?;
        match (&request.hosts, request.url.host_str()) {
            (Some(hosts), Some(host)) if !host_is_listed(host, hosts) => Err(denied(Denied::Undeclared)),
            _ => Ok(()),
        }
    }

    async fn send_once(&self, request: &Outgoing, body: CallBody) -> Result<Incoming, ProxyError> {
        let Outgoing { method, url, headers, .. } = request;
        let progress = Arc::new(AtomicU64::new(0));
        let mut builder = self.http.request(method.clone(), url.clone()).headers(headers.clone());
        if let Some((body, length)) = into_client(body, &progress) {
            builder = builder.body(body);
            if let Some(length) = length {
                builder = builder.header(CONTENT_LENGTH, length);
            }
        }
        let mut sending = std::pin::pin!(builder.send());
        let idle = self.options.idle_timeout;
        loop {
            let before = progress.load(Ordering::Relaxed);
            match tokio::time::timeout(idle, &mut sending).await {
                Ok(Ok(response)) => {
                    let (status, headers) = (response.status(), response.headers().clone());
                    return Ok(Incoming { status, headers, body: ResponseBody::new(response, idle) });
                }
                Ok(Err(error)) => return Err(ProxyError::from_client(&error, method, url)),
                Err(_) if progress.load(Ordering::Relaxed) != before => {}
                Err(_) => return Err(ProxyError::Timeout { method: method.clone(), place: place(url) }),
            }
        }
    }
}

impl std::fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpClient").field("policy", &self.options.policy).finish_non_exhaustive()
    }
}
