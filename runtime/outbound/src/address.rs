//! The URL of a call: base, endpoint, the caller's query, the provider's query.

use url::{Url, form_urlencoded};

use crate::egress::{Denied, parse_url};
use crate::hosts::host_is_listed;
use crate::target::RequestValues;
use crate::{ProviderTarget, ProxyCall, ProxyError};

/// Servers refuse much shorter ones; this only keeps the memory of a request bounded.
const MAX_URL_BYTES: usize = 32 * 1024;

pub(crate) fn build(values: &RequestValues<'_>, call: &ProxyCall) -> Result<Url, ProxyError> {
    let target = values.target;
    if call.endpoint.chars().chain(call.query.iter().flat_map(|query| query.chars())).any(char::is_control) {
        return Err(ProxyError::InvalidUrl { problem: "the endpoint or query has a control character in it" });
    }
    let endpoint = call.endpoint.split('#').next().unwrap_or_default();
    let (path, endpoint_query) = endpoint.split_once('?').map_or((endpoint, None), |(path, query)| (path, Some(query)));
    let mut url = if is_absolute(endpoint) { absolute(target, call, path)? } else { joined(target, call, path)? };
    let raw: Vec<&str> =
        [url.query(), endpoint_query, call.query.as_deref()].into_iter().flatten().filter(|part| !part.is_empty()).collect();
    let query = with_provider_query(values, &raw.join("&"));
    url.set_query(Some(query.as_str()).filter(|query| !query.is_empty()));
    if url.as_str().len() > MAX_URL_BYTES {
        return Err(ProxyError::InvalidUrl { problem: "it is longer than 32 KiB" });
    }
    Ok(url)
}

fn is_absolute(endpoint: &str) -> bool {
    let starts_with = |scheme: &str| endpoint.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    starts_with("https://") || starts_with("http://")
}

/// An endpoint that is a URL of its own: only on the base's origin or a declared host, for the credentials go there.
fn absolute(target: &ProviderTarget, call: &ProxyCall, endpoint: &str) -> Result<Url, ProxyError> {
    let url = parse_url(endpoint).ok_or(ProxyError::InvalidUrl { problem: "the endpoint is not a URL" })?;
    match base(target, call) {
        Ok(base) if base.origin() == url.origin() => Ok(url),
        Err(ProxyError::BaseUrlMissing { .. }) if call.extra_hosts.is_none() => Ok(url),
        _ if is_extra(call, &url) => Ok(url),
        _ => Err(ProxyError::denied(&url, Denied::Undeclared)),
    }
}

fn joined(target: &ProviderTarget, call: &ProxyCall, path: &str) -> Result<Url, ProxyError> {
    let mut url = base(target, call)?;
    let trimmed = url.path().trim_end_matches('/').to_owned();
    if !path.is_empty() {
        url.set_path(&format!("{trimmed}/{}", path.trim_start_matches('/')));
    }
    // `..` must not leave the part of the API that the base URL names.
    let stays = url.path().strip_prefix(trimmed.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if stays { Ok(url) } else { Err(ProxyError::InvalidUrl { problem: "the endpoint climbs out of the base URL" }) }
}

fn base(target: &ProviderTarget, call: &ProxyCall) -> Result<Url, ProxyError> {
    let invalid = ProxyError::InvalidUrl { problem: "the base URL is not a URL" };
    let Some(text) = call.base_url_override.as_deref().filter(|text| !text.is_empty()) else {
        return parse_url(&own_base(target)?).ok_or(invalid);
    };
    let url = parse_url(text).ok_or(invalid)?;
    if call.extra_hosts.is_none() || is_extra(call, &url) {
        return Ok(url);
    }
    match own_base(target).ok().and_then(|own| parse_url(&own)) {
        Some(own) if own.origin() == url.origin() => Ok(url),
        _ => Err(ProxyError::denied(&url, Denied::Undeclared)),
    }
}

fn own_base(target: &ProviderTarget) -> Result<String, ProxyError> {
    let provider = || target.entry.key.clone();
    let template = target.entry.proxy.base_url.as_ref().ok_or_else(|| ProxyError::BaseUrlMissing { provider: provider() })?;
    template.resolve_url(target).map_err(|defect| ProxyError::BaseUrlUnresolved { provider: provider(), defect })
}

fn is_extra(call: &ProxyCall, url: &Url) -> bool {
    matches!((&call.extra_hosts, url.host_str()), (Some(hosts), Some(host)) if host_is_listed(host, hosts))
}

/// Appends the provider's parameters. A caller's parameter of the same name is left out: it could replace a key.
fn with_provider_query(values: &RequestValues<'_>, query: &str) -> String {
    let own = &values.target.entry.proxy.query;
    if own.is_empty() {
        return query.to_owned();
    }
    let is_own = |pair: &&str| form_urlencoded::parse(pair.as_bytes()).next().is_some_and(|(name, _)| own.contains_key(&*name));
    let mut parts: Vec<String> = query.split('&').filter(|pair| !pair.is_empty() && !is_own(pair)).map(str::to_owned).collect();
    for (name, template) in own {
        if let Ok(value) = template.resolve(values) {
            parts.push(form_urlencoded::Serializer::new(String::new()).append_pair(name, &value).finish());
        }
    }
    parts.join("&")
}

#[cfg(test)]
mod tests;
