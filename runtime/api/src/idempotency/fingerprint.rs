//! Whether a request is the same as one before.

use http::HeaderName;
use http::request::Parts;
use sha2::{Digest as _, Sha256};

/// Headers that decide what a request does; `nango-proxy-*` besides.
const MEANINGFUL: [&str; 10] = [
    "base-url-override",
    "connection-id",
    "content-type",
    "decompress",
    "forward-headers-on-redirect",
    "provider-config-key",
    "retries",
    "retry-on",
    "x-async",
    "x-max-retries",
];
const FORWARDED: &str = "nango-proxy-";

/// SHA-256 of everything that has a meaning. `rights`: a caller who may do less must not read what one who may do more was answered.
pub(super) fn of(parts: &Parts, rights: &str, body: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    // Each with its length, so that no two requests run into the same bytes.
    let mut add = |part: &[u8]| {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    };
    add(rights.as_bytes());
    add(parts.method.as_str().as_bytes());
    add(parts.uri.path().as_bytes());
    add(parts.uri.query().unwrap_or_default().as_bytes());
    let mut names: Vec<&HeaderName> = parts.headers.keys().filter(|name| is_meaningful(name.as_str())).collect();
    names.sort_unstable_by_key(|name| name.as_str());
    for name in names {
        for value in parts.headers.get_all(name) {
            add(name.as_str().as_bytes());
            add(value.as_bytes());
        }
    }
    add(body);
    hash.finalize().into()
}

fn is_meaningful(name: &str) -> bool {
    MEANINGFUL.contains(&name) || name.starts_with(FORWARDED)
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn hash(uri: &str, headers: &[(&str, &str)], body: &str) -> [u8; 32] {
        let request = headers.iter().fold(Request::post(uri), |request, (name, value)| request.header(*name, *value));
        of(&request.body(()).unwrap().into_parts().0, "all", body.as_bytes())
    }

    #[test]
    fn what_changes_the_meaning_changes_the_fingerprint_and_nothing_else_does() {
        let base = hash("/proxy/a?b=c", &[("connection-id", "x"), ("user-agent", "a")], "{}");
        assert_eq!(base, hash("/proxy/a?b=c", &[("user-agent", "b"), ("connection-id", "x"), ("idempotency-key", "k")], "{}"));
        let others = [
            hash("/proxy/b?b=c", &[("connection-id", "x")], "{}"),
            hash("/proxy/a?b=d", &[("connection-id", "x")], "{}"),
            hash("/proxy/a?b=c", &[("connection-id", "y")], "{}"),
            hash("/proxy/a?b=c", &[("connection-id", "x"), ("nango-proxy-x-of", "y")], "{}"),
            hash("/proxy/a?b=c", &[("connection-id", "x"), ("x-async", "true")], "{}"),
            hash("/proxy/a?b=c", &[("connection-id", "x")], "{ }"),
            hash("/proxy/a?b=c{}", &[("connection-id", "x")], ""),
        ];
        for (at, other) in others.iter().enumerate() {
            assert!(base != *other && !others[..at].contains(other), "{at}");
        }
    }
}
