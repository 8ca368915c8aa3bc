//! Hosts that a function may reach, as its manifest lists them.

/// Whether `host` is in `list`: exactly, or below a `*.example.com`. Case and a trailing dot do not matter.
pub fn host_is_listed(host: &str, list: &[String]) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    list.iter().any(|listed| {
        let listed = listed.trim_end_matches('.').to_ascii_lowercase();
        match listed.strip_prefix("*.") {
            Some(parent) => host.strip_suffix(parent).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
            None => host == listed,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_is_for_what_is_below_it() {
        let list = ["api.example.com".to_owned(), "*.files.example.com".to_owned()];
        for host in ["api.example.com", "API.example.com.", "a.files.example.com", "a.b.files.example.com"] {
            assert!(host_is_listed(host, &list), "{host}");
        }
        for host in ["example.com", "files.example.com", ".files.example.com", "evilfiles.example.com", "api.example.com.evil.com"] {
            assert!(!host_is_listed(host, &list), "{host}");
        }
    }
}
