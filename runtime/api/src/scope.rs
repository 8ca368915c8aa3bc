//! What an API key may do. Scopes: wire contract 1.4.

use http::StatusCode;

use crate::error::ApiError;

/// Whether one of `granted` covers `wanted`: itself, or a prefix of it that ends in `*`.
pub(crate) fn covers(granted: &[String], wanted: &str) -> bool {
    granted.iter().any(|scope| match scope.strip_suffix('*') {
        Some(prefix) => wanted.starts_with(prefix),
        None => scope == wanted,
    })
}

/// 403 unless one of `wanted` is covered.
pub(crate) fn require_any(granted: &[String], wanted: &[&str]) -> Result<(), ApiError> {
    if wanted.iter().any(|scope| covers(granted, scope)) {
        return Ok(());
    }
    let message = match wanted {
        [one] => format!("Insufficient scope. Required: {one}"),
        several => format!("Insufficient scope. Required one of: {}", several.join(" or ")),
    };
    Err(ApiError::new(StatusCode::FORBIDDEN, "forbidden", message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_covers_what_is_under_it_and_nothing_beside() {
        let granted = |scope: &str| vec![scope.to_owned()];
        assert!(covers(&granted("environment:*"), "environment:records:read"));
        assert!(covers(&granted("environment:records:*"), "environment:records:read"));
        assert!(covers(&granted("environment:proxy"), "environment:proxy"));
        assert!(!covers(&granted("environment:proxy"), "environment:proxy:more"));
        assert!(!covers(&granted("environment:records:*"), "environment:recordsx:read"));
        assert!(!covers(&granted("environment:connections:list"), "environment:connections:list_credentials"));
        assert!(!covers(&[], "environment:proxy"));
        assert!(require_any(&granted("b"), &["a", "b"]).is_ok());
    }
}
