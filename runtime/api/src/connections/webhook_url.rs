//! Where a connection's webhooks go instead of the environment's address.

use url::Url;

use crate::error::ApiError;

/// An absolute http(s) URL, or `""`, which clears it. Whether its host may be reached is decided when something is sent there.
pub(crate) fn check(text: &str) -> Result<Option<String>, ApiError> {
    if text.is_empty() {
        return Ok(None);
    }
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(Some(text.to_owned())),
        _ => Err(ApiError::invalid_body(&["webhook_url_override"], "is not an absolute http or https URL")),
    }
}
