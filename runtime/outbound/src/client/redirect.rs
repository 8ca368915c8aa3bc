//! Where a redirect leads and what may go along (RFC 9110, 15.4; methods as the Fetch standard has them).

use http::header::{
    AUTHORIZATION, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_LOCATION, CONTENT_TYPE, COOKIE, HeaderValue,
};
use http::{Method, StatusCode};
use url::Url;

use super::Outgoing;
use crate::error::place;
use crate::{CallBody, Denied, ProxyError};

/// The next address; `None` where the response is the caller's.
pub(super) fn target(status: StatusCode, location: Option<&HeaderValue>, from: &Url) -> Option<Url> {
    if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    from.join(std::str::from_utf8(location?.as_bytes()).ok()?).ok()
}

/// The next request. `replay` is the body, if it can be sent again.
pub(super) fn follow(from: Outgoing, replay: Option<CallBody>, status: StatusCode, next: Url) -> Result<Outgoing, ProxyError> {
    if from.url.scheme() == "https" && next.scheme() == "http" {
        return Err(ProxyError::denied(&next, Denied::Downgrade));
    }
    let mut request = from;
    let leaves = next.origin() != request.url.origin() && !request.forward_headers_on_redirect;
    let becomes_get = match status {
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => request.method == Method::POST,
        StatusCode::SEE_OTHER => request.method != Method::HEAD,
        _ => false,
    };
    if becomes_get {
        request.method = Method::GET;
        for name in [CONTENT_TYPE, CONTENT_LENGTH, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION] {
            request.headers.remove(name);
        }
    } else {
        let replay = replay.filter(|_| !(leaves && request.credential_body));
        request.body = replay.ok_or_else(|| ProxyError::BodyNotReplayable { place: place(&request.url) })?;
    }
    if leaves {
        for name in request.credential_headers.iter().chain([&AUTHORIZATION, &COOKIE]) {
            request.headers.remove(name);
        }
        request.signer = None;
    }
    request.url = next;
    Ok(request)
}
