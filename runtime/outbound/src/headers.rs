//! Which headers go out and come back.
//!
//! Out, later wins: defaults, the provider's templates, the credential's own header, the caller's. A caller can replace neither a header
//! that carries a credential nor a `User-Agent` that the provider's entry demands.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::{ACCEPT, AUTHORIZATION, CONNECTION, HeaderName, HeaderValue, USER_AGENT};
use syncline_domain::Credentials;

use crate::signing;
use crate::target::RequestValues;

/// For one connection only (RFC 9110, 7.6.1), besides those that `Connection` names.
const HOP_BY_HOP: [&str; 9] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// What the client itself decides, what speaks of the way that a request came, and what is said to us and not to the provider.
const OURS: [&str; 14] = [
    "host",
    "content-length",
    "accept-encoding",
    "expect",
    "forwarded",
    "via",
    "x-real-ip",
    "provider-config-key",
    "connection-id",
    "retries",
    "retry-on",
    "base-url-override",
    "decompress",
    "forward-headers-on-redirect",
];

/// About the provider's own origin, and wrong on ours.
const OF_THE_ORIGIN: [&str; 3] = ["content-length", "strict-transport-security", "alt-svc"];

/// The request's headers and the names among them that carry credentials.
pub(crate) fn outgoing(values: &RequestValues<'_>, caller: &HeaderMap, user_agent: &str) -> (HeaderMap, Vec<HeaderName>) {
    let target = values.target;
    let entry = &target.entry;
    let mut headers = HeaderMap::with_capacity(caller.len() + entry.proxy.headers.len() + 3);
    headers.insert(ACCEPT, HeaderValue::from_static("application/json, text/plain, */*"));
    if let Ok(agent) = HeaderValue::from_str(user_agent) {
        headers.insert(USER_AGENT, agent);
    }
    let mut credential_headers = Vec::new();
    let mut fixed_agent = false;
    for (name, template) in &entry.proxy.headers {
        let Ok(name) = HeaderName::from_bytes(name.as_bytes()) else { continue };
        if template.is_secret() {
            credential_headers.push(name.clone());
        }
        fixed_agent |= name == USER_AGENT;
        // An unresolved header is left out; so is a value with a line end, which would be a header of its own.
        let value = template.resolve(values).ok().and_then(|text| HeaderValue::from_str(&text).ok());
        if let Some(mut value) = value {
            value.set_sensitive(template.is_secret());
            headers.insert(name, value);
        }
    }
    credential_headers.extend_from_slice(signing::headers(target));
    if entry.uses_default_authorization() {
        credential_headers.push(AUTHORIZATION);
        if let Some(value) = authorization(&target.credentials) {
            headers.insert(AUTHORIZATION, value);
        }
    }
    let caller = end_to_end(caller);
    let is_callers = |name: &HeaderName| !credential_headers.contains(name) && (!fixed_agent || *name != USER_AGENT);
    for name in caller.keys().filter(|name| is_callers(name)) {
        headers.remove(name);
        for value in caller.get_all(name) {
            headers.append(name.clone(), value.clone());
        }
    }
    (headers, credential_headers)
}

/// The headers of a request that are the caller's to send on.
pub(crate) fn end_to_end(caller: &HeaderMap) -> HeaderMap {
    let named = named_by_connection(caller);
    let goes_on = |name: &HeaderName| {
        let text = name.as_str();
        let stays = HOP_BY_HOP.contains(&text) || OURS.contains(&text) || named.iter().any(|hop| hop == text);
        !stays && !["x-forwarded-", "nango-", "x-syncline-"].into_iter().any(|prefix| text.starts_with(prefix))
    };
    caller.iter().filter(|(name, _)| goes_on(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// The response's headers that are the caller's.
pub(crate) fn incoming(mut headers: HeaderMap) -> HeaderMap {
    let named = named_by_connection(&headers);
    let dropped: Vec<HeaderName> = headers
        .keys()
        .filter(|name| {
            let text = name.as_str();
            let hop = HOP_BY_HOP.contains(&text) || named.iter().any(|hop| hop == text);
            hop || OF_THE_ORIGIN.contains(&text) || text.starts_with("access-control-")
        })
        .cloned()
        .collect();
    for name in dropped {
        headers.remove(name);
    }
    headers
}

fn authorization(credentials: &Credentials) -> Option<HeaderValue> {
    let text = match credentials {
        Credentials::Oauth2(token) => format!("Bearer {}", token.access_token.expose()),
        Credentials::Basic { username, password } => {
            format!("Basic {}", STANDARD.encode(format!("{}:{}", username.expose(), password.expose())))
        }
        Credentials::Exchanged(exchanged) => {
            let token = exchanged.field("token").or_else(|| exchanged.field("access_token"))?;
            format!("Bearer {token}")
        }
        Credentials::Oauth1(_) | Credentials::AppWithUser { .. } | Credentials::ApiKey { .. } | Credentials::None => return None,
    };
    let mut value = HeaderValue::from_str(&text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn named_by_connection(headers: &HeaderMap) -> Vec<String> {
    let lists = headers.get_all(CONNECTION).into_iter().filter_map(|value| value.to_str().ok());
    lists.flat_map(|list| list.split(',')).map(|name| name.trim().to_ascii_lowercase()).filter(|name| !name.is_empty()).collect()
}

#[cfg(test)]
mod tests;
