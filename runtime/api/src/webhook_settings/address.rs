//! What may be written as the address of webhooks.

use url::Url;

/// Browsers and servers take longer ones for attacks.
const MAX_CHARS: usize = 2_048;

/// What is wrong with it, for a person. Whether its host may be reached is decided when something is sent there.
pub(crate) fn problem(text: &str) -> Option<&'static str> {
    match Url::parse(text) {
        _ if text.len() > MAX_CHARS => Some("must have 2048 characters at most"),
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            Some("must not hold a user name or password; check the signature of each webhook instead")
        }
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => None,
        _ => Some("must be an absolute http or https URL, such as https://api.example.com/webhooks"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_web_address_without_credentials() {
        assert_eq!(problem("https://api.example.com/webhooks?a=b"), None);
        assert_eq!(problem("http://localhost:3000/"), None);
        for bad in ["", "nowhere", "ftp://example.com", "https://user:pass@example.com", "javascript:alert(1)"] {
            assert!(problem(bad).is_some(), "{bad}");
        }
        assert!(problem(&format!("https://example.com/{}", "x".repeat(MAX_CHARS))).is_some());
    }
}
