//! What can go wrong on the way to a provider. No message carries a query, header or body: secrets travel in those.

use std::error::Error;
use std::io;

use http::Method;
use syncline_providers::Unresolved;
use url::Url;

use crate::egress::Denied;
use crate::resolve::{AddressDenied, LookupFailed};
use crate::{BodyError, PaginateDefect, SigningDefect};

/// Why a request has no response.
#[derive(Debug, thiserror::Error)]
pub enum ProxyError {
    /// The egress policy.
    #[error("requests to `{host}` are not allowed: {reason}")]
    EgressDenied {
        /// As parsed.
        host: String,
        /// Which rule.
        reason: Denied,
    },
    /// No connection, or it broke before the response.
    #[error("{method} {place} failed: {code}")]
    Network {
        /// `ECONNREFUSED`, `ECONNRESET`, `ENOTFOUND`, ...
        code: &'static str,
        /// Of the request.
        method: Method,
        /// Host and path.
        place: String,
    },
    /// Nothing moved for too long, or the caller's own limit was reached.
    #[error("{method} {place} timed out")]
    Timeout {
        /// Of the request.
        method: Method,
        /// Host and path.
        place: String,
    },
    /// Neither the provider's entry nor the call names a base URL.
    #[error("the provider `{provider}` has no base URL; name one with the request")]
    BaseUrlMissing {
        /// Key of the provider.
        provider: String,
    },
    /// The base URL needs a value that the connection does not have.
    #[error("the base URL of `{provider}` cannot be made: {defect}")]
    BaseUrlUnresolved {
        /// Key of the provider.
        provider: String,
        /// Which.
        defect: Unresolved,
    },
    /// The parts do not make a URL.
    #[error("the request's URL is not valid: {problem}")]
    InvalidUrl {
        /// For a person.
        problem: &'static str,
    },
    /// Redirects without end.
    #[error("{place} led to more than {limit} redirects")]
    TooManyRedirects {
        /// Host and path of the last one.
        place: String,
        /// Allowed.
        limit: usize,
    },
    /// The provider wants the body again at another address, but it was a stream.
    #[error("{place} redirects a request whose body cannot be sent twice, or not to another host")]
    BodyNotReplayable {
        /// Host and path.
        place: String,
    },
    /// The provider wants fields in the body that this one cannot take.
    #[error("`{provider}` wants credentials in the JSON body of each request, and this body cannot take them: {problem}")]
    BodyNotWritable {
        /// Key of the provider.
        provider: String,
        /// For a person.
        problem: &'static str,
    },
    /// A buffered response is longer than allowed.
    #[error("the response of {place} is longer than {limit_bytes} bytes")]
    ResponseTooLarge {
        /// Host and path.
        place: String,
        /// Allowed, after decompression.
        limit_bytes: usize,
    },
    /// A buffered response broke off.
    #[error("the response of {place} broke off: {defect}")]
    Body {
        /// Host and path.
        place: String,
        /// How.
        defect: BodyError,
    },
    /// There are no usable credentials.
    #[error(transparent)]
    Credential(#[from] CredentialError),
    /// It could not be signed.
    #[error(transparent)]
    Signing(#[from] SigningDefect),
    /// A list could not be paged.
    #[error(transparent)]
    Paginate(#[from] PaginateDefect),
}

/// Why there are no usable credentials. Made by whoever implements [`crate::CredentialSource`].
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct CredentialError {
    /// Stable: `refresh_token_external_error`, ...
    pub code: &'static str,
    /// HTTP status that the caller should see.
    pub status: u16,
    /// For a person; no secrets.
    pub message: String,
}

impl ProxyError {
    /// Stable, for programs. Network failures have the system's name for them.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::EgressDenied { .. } => "egress_denied",
            Self::Network { code, .. } => code,
            Self::Timeout { .. } => "ETIMEDOUT",
            Self::BaseUrlMissing { .. } => "missing_base_url",
            Self::BaseUrlUnresolved { .. } => "unresolved_base_url",
            Self::InvalidUrl { .. } => "invalid_url",
            Self::TooManyRedirects { .. } => "ERR_FR_TOO_MANY_REDIRECTS",
            Self::BodyNotReplayable { .. } => "body_not_replayable",
            Self::BodyNotWritable { .. } => "body_not_writable",
            Self::ResponseTooLarge { .. } => "response_too_large",
            Self::Body { defect, .. } => defect.code(),
            Self::Credential(error) => error.code,
            Self::Signing(_) => "request_not_signable",
            Self::Paginate(defect) => defect.code(),
        }
    }

    /// Whether trying again may help.
    pub(crate) fn is_transient(&self) -> bool {
        const TRANSIENT: [&str; 8] =
            ["ECONNRESET", "ETIMEDOUT", "ECONNABORTED", "ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "EAI_AGAIN", "EPIPE"];
        matches!(self, Self::Network { .. } | Self::Timeout { .. }) && TRANSIENT.contains(&self.code())
    }

    pub(crate) fn denied(url: &Url, reason: Denied) -> Self {
        Self::EgressDenied { host: url.host_str().unwrap_or_default().to_owned(), reason }
    }

    /// From the client's error, by what lies at its bottom.
    pub(crate) fn from_client(error: &reqwest::Error, method: &Method, url: &Url) -> Self {
        if in_chain::<AddressDenied>(error).is_some() {
            return Self::denied(url, Denied::Address);
        }
        if error.is_timeout() {
            return Self::Timeout { method: method.clone(), place: place(url) };
        }
        Self::Network { code: network_code(error), method: method.clone(), place: place(url) }
    }
}

/// What of a URL may be shown: host and path. The query may carry keys.
pub(crate) fn place(url: &Url) -> String {
    match url.port() {
        Some(port) => format!("{}:{port}{}", url.host_str().unwrap_or_default(), url.path()),
        None => format!("{}{}", url.host_str().unwrap_or_default(), url.path()),
    }
}

/// The system's name for what broke.
pub(crate) fn network_code(error: &(dyn Error + 'static)) -> &'static str {
    if let Some(lookup) = in_chain::<LookupFailed>(error) {
        return if lookup.temporary { "EAI_AGAIN" } else { "ENOTFOUND" };
    }
    if in_chain::<rustls::Error>(error).is_some() || in_io::<rustls::Error>(error) {
        return "ERR_TLS";
    }
    if let Some(io) = in_chain::<io::Error>(error) {
        match io.kind() {
            io::ErrorKind::ConnectionRefused => return "ECONNREFUSED",
            io::ErrorKind::ConnectionAborted => return "ECONNABORTED",
            io::ErrorKind::TimedOut => return "ETIMEDOUT",
            io::ErrorKind::HostUnreachable => return "EHOSTUNREACH",
            io::ErrorKind::NetworkUnreachable => return "ENETUNREACH",
            io::ErrorKind::BrokenPipe => return "EPIPE",
            io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof => return "ECONNRESET",
            _ => {}
        }
    }
    match in_chain::<hyper::Error>(error) {
        Some(error) if error.is_incomplete_message() || error.is_closed() || error.is_canceled() => "ECONNRESET",
        _ => "EPROTO",
    }
}

fn in_chain<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<E>() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// `io::Error` hides what it wraps from `source`.
fn in_io<E: Error + 'static>(error: &(dyn Error + 'static)) -> bool {
    in_chain::<io::Error>(error).and_then(io::Error::get_ref).is_some_and(<dyn Error + Send + Sync>::is::<E>)
}
