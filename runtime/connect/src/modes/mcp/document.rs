//! JSON documents of servers that nobody vouches for.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{ACCEPT, HeaderValue};
use http::{HeaderMap, Method};
use serde_json::{Map, Value};
use syncline_outbound::{EgressPolicy, Fetch, HttpClient, ProxyError, parse_url};
use url::{Host, Url};

use super::challenge::TIMEOUT;
use crate::ModeError;

/// Real ones stay below 10 KiB.
const MAX_BYTES: usize = 256 * 1024;

/// The first of `addresses` at which there is a JSON object, and where that was.
pub(super) async fn first(http: &HttpClient, addresses: Vec<Url>) -> Result<Option<(Url, Map<String, Value>)>, ModeError> {
    let mut passing = None;
    for address in addresses {
        match fetch(http, &address).await {
            Ok(Some(document)) => return Ok(Some((address, document))),
            Ok(None) => {}
            Err(error @ ModeError::Unavailable { .. }) => passing = Some(error),
            Err(error) => return Err(error),
        }
    }
    passing.map_or(Ok(None), Err)
}

/// `None`: it is not there, or it is a page for people.
async fn fetch(http: &HttpClient, url: &Url) -> Result<Option<Map<String, Value>>, ModeError> {
    secure(url, http.policy())?;
    let fetch = Fetch {
        method: Method::GET,
        url: url.to_string(),
        headers: HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]),
        body: Bytes::new(),
        hosts: Arc::from([url.host_str().unwrap_or_default().to_owned()]),
        timeout: TIMEOUT,
        max_bytes: MAX_BYTES,
    };
    let unavailable = |code: &str, message: String| ModeError::Unavailable { code: code.to_owned(), message, retry_after: None };
    match http.fetch(fetch).await {
        Ok(answer) if answer.status.is_success() => Ok(serde_json::from_slice(&answer.body).ok()),
        Ok(answer) if answer.status.is_server_error() || answer.status.as_u16() == 429 => {
            let message = format!("`{}` answered {}", url.host_str().unwrap_or_default(), answer.status.as_u16());
            Err(unavailable(answer.status.as_str(), message))
        }
        Ok(_) => Ok(None),
        Err(error @ (ProxyError::EgressDenied { .. } | ProxyError::ResponseTooLarge { .. })) => Err(refused(&error.to_string())),
        Err(error) => Err(unavailable(error.code(), error.to_string())),
    }
}

/// An address that a document names.
pub(super) fn address(document: &Map<String, Value>, name: &str, policy: EgressPolicy) -> Result<Option<Url>, ModeError> {
    let Some(text) = document.get(name).filter(|value| !value.is_null()) else { return Ok(None) };
    let url = text.as_str().and_then(parse_url).ok_or_else(|| refused(&format!("its `{name}` is not a URL")))?;
    secure(&url, policy)?;
    Ok(Some(url))
}

/// The texts of a list; empty if it is none.
pub(super) fn texts(document: &Map<String, Value>, name: &str) -> Vec<String> {
    let items = document.get(name).and_then(Value::as_array);
    items.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// https; on this machine and for development also http. Nothing else is opened, here or by the browser.
pub(super) fn secure(url: &Url, policy: EgressPolicy) -> Result<(), ModeError> {
    let is_loopback = match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    let is_open = url.scheme() == "https" || (url.scheme() == "http" && is_loopback && policy.allow_private_network);
    let is_plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    if is_open && is_plain {
        return Ok(());
    }
    Err(refused(&format!("it names an address at `{}` that is not a plain https URL", url.host_str().unwrap_or_default())))
}

/// A server whose metadata cannot be trusted or used.
pub(super) fn refused(problem: &str) -> ModeError {
    ModeError::Refused {
        code: "invalid_server_metadata".to_owned(),
        message: format!("the MCP server cannot be connected: {problem}"),
        status: None,
    }
}
